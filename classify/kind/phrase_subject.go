package kind

import "slices"

// failedSubjects are of reports that mail was not delivered.
func failedSubjects() []phrase {
	return slices.Concat(
		say(failed, strong,
			"undelivered mail returned to sender", "failure notice", "delivery status notification (failure)", "returned mail: see transcript",
			"returned mail: user unknown", "returned mail: host unknown", "returned mail: service unavailable", "returned mail: ",
			"mail delivery failed: returning message", "mail delivery failed", "mail delivery failure", "undeliverable mail",
			"undeliverable message", "undeliverable: ", "undelivered mail", "undelivered message", "mail system error - returned mail", "mail system error",
			"message could not be delivered", "your message could not be delivered", "nondeliverable mail", "non-deliverable mail",
			"mail undeliverable", "message undeliverable", "delivery failure: ", "delivery failure (", "permanent delivery failure", "mail could not be delivered",
			"delivery notification: delivery has failed", "message status - undeliverable", "mail delivery error", "nondelivery report", "non-delivery report",
			"non delivery report", "non-delivery notice", "non-delivery notification", "unable to deliver", "could not send message", "undelivered: ",
			"undeliverable to ", "postmaster notify: see transcript", "deferred mail: undeliverable", "failed mail: ", "rejected mail", "bounced mail",
			"unzustellbar: ", "unzustellbar:", "nicht zugestellt", "unzustellbare ", "nicht zustellbar", "zustellung fehlgeschlagen", "mailzustellung fehlgeschlagen", "fehlgeschlagene zustellung", "benachrichtigung zum übermittlungsstatus (fehlgeschlagen)", "übermittlungsfehler",
			"non remis : ", "non remis", "non délivré", "échec de la remise", "echec de la remise", "notification d'état de remise (échec)", "notification d'état de la distribution (échec)",
			"message non délivré", "message non distribué", "message non remis", "échec d'envoi", "échec de livraison", "courrier non délivré", "mail non délivré", "notification de non-remise",
			"no se puede entregar", "no entregado", "no se pudo entregar", "mensaje no entregado", "correo no entregado", "correo devuelto", "mensaje devuelto", "devolución de correo", "error de entrega", "notificación de estado de entrega (error)", "notificación del estado de entrega (error)",
			"non recapitabile", "mancato recapito", "messaggio non recapitato", "mancata consegna", "notifica sullo stato del recapito (errore)", "notifica di stato del recapito (errore)", "avviso di mancata consegna", "errore di consegna",
			"não entregue", "não é possível entregar", "não foi possível entregar", "mensagem não entregue", "falha na entrega", "notificação de status de entrega (falha)", "notificação de estado de entrega (falha)", "erro de entrega",
			"onbestelbaar", "niet bestelbaar", "niet te bestellen", "niet aangekomen", "niet-bestelbaar", "bezorging mislukt", "niet bezorgd", "bericht kon niet worden", "aflevering mislukt", "statusmelding van bezorging (mislukt)", "melding over bezorgingsstatus (fout)",
			"niedostarczon", "nie można dostarczyć", "nie dostarczono", "nedoručitelné", "nedoručená", "nedoruciteln", "kézbesíthetetlen", "nelivrat", "nu se poate livra", "teslim edilemedi", "iletilemedi",
			"oleverbart", "kunde inte levereras", "går inte att leverera", "det gick inte att leverera", "kan ikke leveres", "ikke leveret", "ikke levert", "uleverbar", "ei voi toimittaa", "toimittamaton", "toimitus epäonnistui",
			"недоставленное", "недоставлен", "не доставлено", "не удается доставить", "не удалось доставить", "не доставлен", "сбой доставки", "ошибка доставки", "письмо не доставлено", "уведомление о состоянии доставки (сбой)", "невозможно доставить", "отчет о недоставке", "не вдалося доставити", "недоставлене",
			"δεν είναι δυνατή η παράδοση", "δεν παραδόθηκε",
			"配信不能", "配信できません", "配信できませんでした", "配信エラー", "配信失敗", "配送エラー", "配送できません", "送信エラー", "送信できません", "送信できませんでした", "送信失敗", "エラーメール", "不達", "未配達", "返送メール", "宛先不明", "お届けできません", "戻りメール",
			"退信", "未送达", "未送達", "无法投递", "無法投遞", "无法送达", "無法傳遞", "无法传递", "投递失败", "投遞失敗", "发送失败", "發送失敗", "传递失败", "傳遞失敗", "被退回", "退回的邮件", "傳送失敗", "無法送達", "退件通知",
			"배달되지않음", "배달할수없음", "전달되지않음", "전송실패", "메일반송", "반송메일", "발송실패"),
		say(failed, wording,
			"returned to sender", "return to sender", "delivery failed", "delivery failure", "failed delivery", "delivery error", "delivery problem",
			"undeliverable", "undelivered", "not delivered", "was not delivered", "could not be delivered", "cannot be delivered",
			"can't be delivered", "couldn't be delivered", "wasn't delivered", "unable to be delivered", "undelivarable", "returned mail", "returned email", "returned e-mail", "returned message",
			"cannot deliver", "can not deliver", "can't deliver", "couldn't deliver", "could not deliver", "mail failure", "message failure", "message delivery failure", "failed to deliver",
			"mail not delivered", "mail rejected", "message rejected", "your mail was rejected", "message blocked", "message delivery failed", "sending failed", "bounced email",
			"user unknown", "unknown user", "host unknown", "unknown host", "unknown local user", "no such user", "mailbox full", "mailbox is full", "address not found", "problem delivering",
			"problems delivering", "error sending", "invalid address", "invalid recipient", "mail bounced", "recipient unknown", "unknown recipient", "user not found", "unknown address", "address unknown", "undelivery", "delivery problems", "email bounced", "rejected: ", "bounce: ",
			"xmail bounce", "smtp error", "delivery has failed", "delivery was unsuccessful", "unsuccessful delivery", "error: ", "email delivery failure", "e-mail delivery failure", "complaint about",
			"zurückgesandt", "konnte nicht zugestellt werden", "zustellungsfehler", "unzustellbar", "zustellproblem", "fehler bei der zustellung", "fehler beim senden", "fehler bei der mailzustellung", "retour à l'expéditeur", "devuelto al remitente", "devuelto", "rechazado", "retourné", "retour à l'envoyeur", "avis de non-remise", "restituito al mittente", "devolvid", "retourzending", "geretourneerd", "retour afzender", "mislukt",
			"возврат", "возвращено", "возвращенное", "ошибка при доставке", "ошибка при отправке", "退回", "エラー通知", "エラーのお知らせ"),
		say(failed, weak, "not accepted", "refused", "blocked", "rejected", "not deliver", "undeliver",
			"automatically rejected", "auto reply: undeliverable",
			"亡信", "mail error", "e-mail error", "email error", "ndr: ", "nondelivery", "non-delivery", "failed: ", "failed (", "failure", "echec", "échec", "fallo", "falla en", "falha", "errore", "fehler", "fout bij", "ошибка", "エラー", "失败", "失敗"),
		say(notice, weak,
			"notice: mail", "delivery status notification", "delivery status", "delivery notification", "delivery report", "mail delivery", "status notification", "notification d'état", "mail status report", "message delivery notification", "zustellstatus", "notificación de estado", "notifica sullo stato", "notificação de status", "配信状態通知", "配信ステータス通知", "уведомление о состоянии доставки", "aws notification message", "mdaemon notification", "mdaemon warning", "postmaster notify", "postmaster notification", "daemon report", "dsn: "),
	)
}

// delayedSubjects are of reports that mail was not delivered yet.
func delayedSubjects() []phrase {
	return slices.Concat(
		say(delayed, formula,
			"delayed mail (still being retried)", "delivery status notification (delay)", "delivery status notification (delayed)", "warning: could not send message for past",
			"warning: mail delayed", "warning: message still undelivered", "delivery notification: delivery has been delayed", "delivery delayed:", "delivery delayed", "mail delivery delayed", "message delayed", "delayed delivery", "warning: delayed mail", "warning - delayed mail",
			"mail delivery still delayed", "warning: message delivery delayed", "message delivery delayed", "delayed mail", "delayed: ", "mail delay", "non-fatal delivery", "warning: delivery of mail",
			"verzögert: ", "verzögerte zustellung", "zustellung verzögert", "übermittlung verzögert", "nachrichtenübermittlung verzögert", "remise retardée", "remise différée", "retardé : ", "retardé :", "message retardé", "entrega retrasada", "demorado:", "retrasado:", "recapito ritardato", "ritardo nella consegna", "consegna ritardata", "entrega atrasada", "entrega adiada", "atrasada:", "bezorging vertraagd", "vertraagd", "доставка отложена", "отложенная доставка", "задержка доставки", "задержано:", "доставка задерживается", "配信の遅延", "配信が遅れて", "配信遅延", "配送遅延", "遅延", "延迟", "延遲", "지연"),
		say(delayed, wording, "(delay)", "(delayed)", "delayed", "temporary delivery", "temporarily undeliver", "still being retried", "delivery warning", "temporary failure", "undelivered after", "still trying", "(warning)", "transient", "deferred"),
		say(delayed, weak, "warning: ", "warning"),
	)
}

// otherSubjects are of success reports, receipts and complaints.
func otherSubjects() []phrase {
	return slices.Concat(
		say(delivered, strong,
			"successful mail delivery report", "delivery status notification (relay)", "delivery status notification (success)", "delivery status notification (delivered)", "delivery status notification (relayed)", "delivery status notification (expanded)",
			"delivery notification: delivery has been successful", "delivery notification: delivery successful", "successful delivery", "message delivered", "mail delivered", "delivered successfully", "successfully delivered", "^delivered: ", "^relayed: ", "^expanded: ", "^zugestellt: ", "^remis : ", "^weitergeleitet (dsn)", "^entregado: ", "^entregue: ", "^consegnato: ", "^bezorgd: ", "^доставлено: ", "^配信済み: ", "^配信済み:", "^送达: ", "^已送达: ", "^已送達: "),
		say(delivered, weak, "return receipt", "delivery report", "delivery notification", "delivery confirmation"),
		say(read, strong,
			"return receipt (displayed)", "return receipt (gelesen)", "^read: ", "^not read: ", "^gelesen: ", "^ungelesen: ", "^nicht gelesen: ", "^lu : ", "^lu: ", "^non lu : ", "^leído: ", "^no leído: ", "^letto: ", "^non letto: ", "^lida: ", "^lido: ", "^não lida: ", "^gelezen: ", "^niet gelezen: ", "^прочитано: ", "^прочтено: ", "^не прочитано: ", "^開封済み: ", "^開封済み:", "^未開封: ", "^已读: ", "^已读:", "^已讀: ", "^未读: ", "^읽음: ", "^읽지않음: ", "^läst: ", "^læst: ", "^lest: ", "^luettu: ", "^przeczytano: ", "^přečteno: ", "read receipt", "read notification", "disposition notification", "lesebestätigung", "empfangsbestätigung", "accusé de lecture", "accusé de réception (affiché)", "confirmación de lectura", "conferma di lettura", "confirmação de leitura", "leesbevestiging", "ontvangstbevestiging", "уведомление о прочтении", "開封確認", "开封确认", "已读回执", "阅读回执"),
		say(read, wording, "return receipt", "^displayed: ", "^deleted: ", "^receipt: ", "^read- "),
		say(complaint, strong, "email feedback report for ip", "complaint about message from", "abuse report", "^[abuse]", "spam report", "fbl report", "feedback loop"),
	)
}

// awaySubjects are of automatic answers.
func awaySubjects() []phrase {
	return slices.Concat(
		say(away, strong,
			"^automatic reply", "^auto-reply", "^auto reply", "^autoreply", "^auto: ", "^autoreply: ", "^automated reply", "^automatic response", "^auto response", "^auto-response", "^autoresponse", "^autoresponder", "^[autoreply]", "^[auto reply]", "^(auto-reply)", "(auto reply)", "^automated response", "(automatic reply)", "[auto-reply]", "automatic reply:",
			"out of office", "out-of-office", "out of the office", "away from my mail", "away from my email", "away from the office", "vacation reply", "vacation message", "vacation notice", "on vacation", "vacation response", "i am away", "i'm away", "on annual leave", "on leave", "^ooo: ", "^ooo ",
			"abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheit", "^automatische antwort", "automatische antwort:", "nicht im büro", "urlaubsbenachrichtigung", "bin im urlaub", "außer haus", "eingangsbestätigung",
			"réponse automatique", "absence du bureau", "absent du bureau", "message d'absence", "absent(e) du bureau", "en congé", "^reponse automatique", "notification d'absence",
			"respuesta automática", "fuera de la oficina", "respuesta automatica", "ausente de la oficina", "de vacaciones",
			"risposta automatica", "fuori sede", "fuori ufficio", "assente dall'ufficio", "in ferie",
			"resposta automática", "ausência temporária", "fora do escritório", "ausente do escritório", "de férias",
			"automatisch antwoord", "^automatische reactie", "afwezigheidsbericht", "afwezig", "niet aanwezig", "niet op kantoor",
			"autosvar", "^automatiskt svar", "^automatisk svar", "frånvaro", "fraværende", "fravær", "ikke til stede", "^automaattinen vastaus", "poissa", "poissaolo", "^autom. svar", "^automatické odpověď", "^automatická odpověď", "mimo kancelář", "nepřítomnost", "^odpowiedź automatyczna", "nieobecność", "poza biurem", "autoodpowiedź", "^automatikus válasz", "házon kívül", "^răspuns automat", "^otomatik yanıt", "ofis dışında", "^αυτόματη απάντηση", "εκτός γραφείου",
			"автоответ", "автоматический ответ", "нет на рабочем месте", "в отпуске", "автоматична відповідь",
			"自動返信", "自動応答", "不在通知", "不在の", "不在です", "自动回复", "自動回覆", "自动答复", "自動答覆", "不在办公室", "不在辦公室", "자동회신", "부재중"),
		say(away, wording,
			"^accepted: ", "^declined: ", "^tentative: ", "^tentatively accepted: ", "^zugesagt: ", "^abgelehnt: ", "^mit vorbehalt: ", "^accepté : ", "^refusé : ", "^provisoire : ", "^aceptada: ", "^aceptado: ", "^rechazada: ", "^rechazado: ", "^accettato: ", "^rifiutato: ", "^aceite: ", "^aceito: ", "^recusado: ", "^geaccepteerd: ", "^geweigerd: ", "^принято: ", "^отклонено: ", "^承諾: ", "^仮承諾: ", "^辞退: ", "^已接受: ", "^已谢绝: ", "^수락: "),
		say(away, weak, "ticket", "case number", "request received", "we have received", "we received your", "thank you for contacting", "thank you for your e", "thanks for contacting", "your request", "ihre anfrage", "votre demande", "su solicitud", "la tua richiesta", "acknowledg", "confirmation of receipt", "vacation", "holiday", "absence", "absent", "urlaub"),
	)
}

// passedSubjects are of software that tells about reports. A person's answers
// and forwards are told by their prefix: see answered.
func passedSubjects() []phrase {
	return slices.Concat(
		say(passed, strong, "^[fwd", "(fwd)", "^forward: ", "^forwarded: ", "^fwd ", "^转发", "^轉寄", "^轉發", "^転送"),
		say(list, strong, "digest", "moderator request", "uncaught bounce", "bounce action notification", "bounce processing", "quarantine",
			"possible delivery error", "awaiting moderat", "requires approval", "spam report", "spam summary"),
	)
}
