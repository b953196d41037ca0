package kind

import "slices"

// readTexts are of receipts (RFC 8098) that came as plain text.
func readTexts() []phrase {
	return slices.Concat(
		say(read, formula,
			"this is a receipt for the mail you sent", "this is a receipt for the message",
			"this receipt verifies that the message has been displayed",
			"this return receipt only acknowledges that the message was displayed", "this is a return receipt for the mail",
			"there is no guarantee that the recipient has read or understood", "the message sent on",
			"return receipt your document", "your document was received by", "was read on", "was deleted without being read",
			"was displayed on the recipient", "has been displayed", "was displayed. this is no guarantee",
			"dies ist eine empfangsbestätigung für", "dies ist eine lesebestätigung", "wurde gelesen am", "wurde am gelesen",
			"ungelesen gelöscht", "a été lu le", "a été supprimé sans être lu", "ceci est un accusé de réception", "fue leído el",
			"se leyó el", "se eliminó sin leer", "è stato letto il", "è stato eliminato senza", "foi lida em",
			"foi excluída sem ser lida", "is gelezen op", "was gelezen op", "было прочитано", "удалено без прочтения", "は開封されました",
			"開封されました", "開封確認", "已被阅读", "阅读时间", "읽은시간"),
		say(read, wording,
			"read receipt", "return receipt", "disposition: ", "lesebestätigung", "confirmación de lectura"),
	)
}

// awayTexts are of automatic answers.
func awayTexts() []phrase {
	return slices.Concat(
		say(away, strong,
			"i am out of the office", "i'm out of the office", "i will be out of the office", "i am currently out of",
			"i'm currently out of", "i will be out of office", "i am currently away", "i am away from", "i'm away from",
			"i will be away", "i am on vacation", "i'm on vacation", "i am on holiday", "i am on leave", "i am on annual leave",
			"i am on maternity leave", "is out of the office", "no longer works", "no longer with the company",
			"no longer employed", "has left the company", "thank you for your email. i am", "thank you for your message. i am",
			"i am no longer", "this is an automatic reply", "this is an automated reply", "this is an automatic response",
			"this is an automated response", "this is an auto-reply", "this is an autoreply",
			"this email address is not monitored", "this mailbox is not monitored", "this mailbox is unattended",
			"this is an auto-response", "this is an automatically generated reply", "this is an automatically generated response",
			"i will respond when i return", "will reply when i return", "upon my return", "when i return",
			"i will have limited access", "limited access to email", "limited access to my email", "we have received your",
			"your message has been received", "your email has been received", "your request has been received",
			"has been received and", "thank you for contacting", "thanks for contacting", "a ticket has been", "ticket number",
			"your ticket", "a support ticket", "case has been created", "case number", "request has been logged",
			"ich bin nicht im büro", "ich bin derzeit nicht", "ich bin zur zeit nicht", "ich bin bis", "ich bin vom",
			"bin ich nicht im", "im urlaub", "ab dem", "nicht erreichbar", "wird nicht weitergeleitet", "in dringenden fällen",
			"vielen dank für ihre nachricht", "vielen dank für ihre e", "je suis absent", "je suis actuellement absent",
			"je serai absent", "je suis en congé", "en cas d'urgence", "à mon retour", "estoy fuera de la oficina", "estaré fuera",
			"de vacaciones", "en caso de urgencia", "sono fuori ufficio", "sarò assente", "sono assente", "al mio rientro",
			"in caso di urgenza", "estou fora do escritório", "estarei ausente", "de férias", "em caso de urgência",
			"ik ben afwezig", "ik ben niet aanwezig", "ik ben op vakantie", "ik ben momenteel", "bij dringende", "я в отпуске",
			"нахожусь в отпуске", "буду отсутствовать", "меня нет на рабочем месте", "я отсутствую", "外出しております", "不在にして", "休暇",
			"自動返信", "自動応答", "自动回复", "自动答复", "不在办公室", "休假", "出差", "부재중"),
		say(away, wording,
			"out of office", "automatic reply", "autoreply", "auto-reply", "autoresponder", "automatically generated reply",
			"has accepted", "has declined", "has tentatively accepted", "held for moderation", "awaits moderator approval",
			"is being held until", "must confirm", "confirm your"),
	)
}

// passedTexts stand where a person quotes a report, or software reports about
// reports.
func passedTexts() []phrase {
	return slices.Concat(
		say(passed, weak,
			"thanks,", "thank you,", "best regards", "kind regards", "mit freundlichen", "viele grüße", "cordialement", "saludos",
			"cordiali saluti", "met vriendelijke", "^hi, ", "^hello ", "^hello,", "^dear ", "^hallo", "^guten ", "^bonjour",
			"^hola", "^ciao", "^buongiorno", "^beste ", "^здравствуйте", "^добрый", "wrote:", "schrieb:", "a écrit :", "a écrit:",
			"escribió:", "ha scritto:", "escreveu:", "schreef:", "пишет:", "писал(а):", "написал:", "begin forwarded message",
			"see below", "i got this", "i am getting", "i'm getting", "i keep getting", "i received this", "i get this",
			"any idea", "can you check", "can you help", "could you please", "what does this mean", "why am i", "does anyone",
			"hello all", "hi all", "hi folks", "bekomme ich", "habe ich bekommen", "je reçois", "j'ai reçu", "recibo este",
			"ricevo", "получил", "пришло"),
		say(list, strong,
			"this is a mailman mailing list bounce action notice", "the attached message was received as a bounce",
			"bounce action notice", "messages to you from the", "messages to you seem to have been bouncing",
			"copy of the bounce message i received", "your membership in the mailing list",
			"has been identified as a possible delivery error notice", "in this digest", "today's topics",
			"send mailing list submissions to", "topics covered in this issue", "this is a digest", "quarantined messages",
			"quarantine summary", "messages have been quarantined", "spam quarantine", "spam digest", "release the message",
			"list of quarantined", "delivery reports for the last", "daily bounce report", "bounce summary"),
	)
}

// baitTexts stand in spam that plays postmaster.
func baitTexts() []phrase {
	return say(bait, wording,
		"incoming messages", "incoming mails", "incoming emails", "pending messages", "pending emails", "pending mails",
		"release the", "release them", "release your", "retrieve your", "retrieve the", "recover your", "your inbox",
		"storage limit", "sign in", "log in to", "login to", "e-mail password", "email password", "your password", "verify your",
		"validate your", "confirm your account", "re-validate", "upgrade your", "click here", "click the", "click below",
		"click on the", "deactivat", "suspended", "security update", "open the attach", "see the attach",
		"attached file for details", "partial message is available", "has been sent as a binary attachment", "read the attach",
		"anti-virus", "binary attachment", "хранилище", "войдите", "перейдите по ссылке", "klicken sie hier", "cliquez ici",
		"haga clic", "clicca qui", "clique aqui", "klik hier", "点击", "點擊", "クリック")
}
