package kind

import "slices"

// unixTexts are the words of the MTAs whose sources are open, each in its
// author's spelling: qmail-send.c, Exim's deliver.c and moan.c, sendmail's
// savemail.c, Postfix' bounce_template.c, Courier's dsn templates, and others.
func unixTexts() []phrase {
	return slices.Concat(
		say(failed, formula,
			// qmail, and those that changed its first line
			"i'm afraid i wasn't able to deliver your message to the following address",
			"i'm afraid i wasn't able to deliver your message to", "this is a permanent error; i've given up",
			"i've given up. sorry it didn't work out", "i wasn't able to deliver your message",
			"i tried to deliver a bounce message to this address, but the bounce bounced",
			"i'm not going to try again; this message has been in the queue too long", "sorry it didn't work out",
			"i'm sorry to have to inform you that the message returned below could not be delivered",
			"this message was looping: it already has my delivered-to line", "sorry, i couldn't find any host named",
			"sorry, i couldn't find a mail exchanger", "sorry, no mailbox here by that name",
			"sorry, i wasn't able to establish an smtp connection",
			// Exim
			"a message that you sent could not be delivered to one or more of its recipients",
			"a message that you sent could not be delivered to all of its recipients",
			"could not be delivered to one or more of its recipients", "could not be delivered to all of its recipients",
			"a message that you sent contained no recipient addresses",
			"this is a permanent error. the following address(es) failed", "the following address(es) failed:",
			"a message that you have sent could not be delivered",
			// sendmail, and its forebears
			"----- the following addresses had permanent fatal errors -----", "the following addresses had permanent fatal errors",
			"the following addresses had permanent delivery errors", "----- the following addresses had delivery problems",
			"the following addresses had delivery problems", "the following addresses had delivery errors",
			"----- unsent message follows -----", "unsent message follows", "----- recipients of this delivery -----",
			"failed addresses follow:", "message log follows:", "message could not be delivered for",
			"message will be deleted from queue", "this message could not be delivered for", "the following address failed:",
			"deferred: connection timed out with", "your message was not delivered to one or more",
			// Postfix and its relatives
			"i'm sorry to have to inform you that your message could not be delivered to one or more recipients",
			"i'm sorry to have to inform you that your message could not",
			"i'm sorry to have to inform you that the message returned below",
			"your message could not be delivered to one or more recipients",
			"the message returned below could not be delivered to one or more destinations",
			// Courier
			"your message to the following recipients cannot be delivered", "undeliverable mail the original message was received",
			// OpenSMTPD, dma, MMDF, smail, zmailer, masqmail, nullmailer, Mercury, XMail
			"an error has occurred while attempting to deliver a message for the following list of recipients",
			"there was an error delivering your mail to", "your message was not delivered to the following address",
			"following recipient addresses have failed", "your mail message failed to be delivered", "failed addresses follow",
			"the local mail transport system has reported the following problems",
			"encountered while trying to deliver your message", "xmail bounce: rcpt=", "[<00>] xmail bounce",
			"[<01>] error sending message", "could not be delivered to the following recipients",
			"was not delivered to the following recipient", "address has been disabled and could not be delivered"),
		say(failed, wording,
			"retry timeout exceeded", "unrouteable address", "unroutable address",
			"all relevant mx records point to non-existent hosts", "maximum hop count exceeded", "too many hops",
			"host or domain name not found. name service error", "mail delivery failed: returning message to sender"),
	)
}

// delayedTexts are of warnings that mail is not delivered yet, of all MTAs.
func delayedTexts() []phrase {
	return slices.Concat(
		say(delayed, 6,
			"this is a warning message only", "this is a warning only. you do not need to resend your message",
			"you do not need to resend your message", "this is a warning only", "warning: could not send message for past",
			"will keep trying until message is", "the following addresses had transient non-fatal errors",
			"the following addresses have transient", "no action is required on your part",
			"delivery attempts will continue for some time", "has not yet been delivered to one or more of its recipients",
			"has not yet been delivered to", "a message that you sent has not yet been delivered",
			"your message could not be delivered for more than", "it will be retried until it is",
			"this is only a temporary failure report", "a message is delayed for more than",
			"delivery to the following recipients has been delayed", "delivery to the following recipient has been delayed",
			"delivery is delayed to these recipients", "this message hasn't been delivered yet",
			"this message has not yet been delivered", "delivery will continue to be attempted",
			"the server will keep trying to deliver this message", "technical details of temporary failure",
			"message will be retried for", "there was a temporary problem delivering your message", "gmail will retry for",
			"** delivery incomplete **", "the attached message had non-fatal delivery errors",
			"had *** non-fatal *** delivery errors", "your message has been enqueued and undeliverable for",
			"the mail system will continue to try to deliver your message", "delivery delayed; will continue trying",
			"your message is delayed", "your message has been delayed", "your message has encountered delivery problems",
			"your message to the following recipients has been delayed",
			"your message to the following recipients has not been delivered yet", "i'll keep trying", "i will keep trying",
			"we will keep trying", "will continue to try", "will continue trying", "will be retried",
			"further attempts will be made", "further delivery attempts will", "no further action is required",
			"still attempting delivery", "is still being attempted", "still trying to deliver", "delivery has been delayed",
			"delivery has been temporarily", "has been delayed", "still undelivered", "the server will continue to try",
			"the system will continue to try", "attempts to deliver the message will continue", "messages will be retried",
			"you will be notified if delivery is impossible", "you will be notified if the message cannot be delivered",
			"wurde verzögert", "hat sich verzögert", "die zustellung wird weiterhin versucht", "es wird weiter versucht",
			"wird weiterhin versucht", "konnte bisher nicht zugestellt werden", "noch nicht zugestellt",
			"zustellversuche werden fortgesetzt", "la remise à ces destinataires est différée", "a été retardée",
			"n'a pas encore été remis", "n'a pas encore été délivré", "la remise aux destinataires suivants a été différée",
			"nouvelle tentative", "les tentatives de remise se poursuiv", "se ha retrasado la entrega", "se retrasó la entrega",
			"aún no se ha entregado", "todavía no se ha entregado", "se seguirá intentando", "no es necesario que vuelva a enviar",
			"il recapito è stato ritardato", "non è stato ancora recapitato", "non è ancora stato recapitato",
			"continuerà a tentare", "a entrega foi atrasada", "ainda não foi entregue", "continuará tentando",
			"continuará a tentar", "de bezorging is vertraagd", "is nog niet bezorgd", "nog niet afgeleverd", "blijft proberen",
			"er wordt verder geprobeerd", "ещё не доставлено", "еще не доставлено", "пока не доставлено", "доставка задерживается",
			"попытки доставки будут продолжены", "попытки доставить", "доставка сообщения отложена", "будут продолжаться",
			"повторные попытки", "配信が遅延", "配信が遅れて", "配送が遅れ", "遅延しています", "まだ配信されていません", "再送を試み", "再送を続け", "再送信を続け", "引き続き配信を試み",
			"再度送信を試み", "尚未送达", "尚未送達", "仍在尝试", "将继续尝试", "將繼續嘗試", "继续尝试投递", "投递被延迟", "传递延迟", "已延迟", "暂时无法", "계속시도", "지연되었습니다"),
		say(delayed, wording,
			"temporarily undeliverable", "temporarily deferred", "will retry", "retrying", "try again later", "temporary failure",
			"temporary error"),
	)
}

// deliveredTexts are of reports that mail was delivered, relayed or expanded.
func deliveredTexts() []phrase {
	return slices.Concat(
		say(delivered, 6,
			"your message was successfully delivered to", "your message has been successfully delivered",
			"the following addresses had successful delivery notifications",
			"the following addresses have successful delivery notifications",
			"enclosed is the mail delivery report that you requested", "this is the mail delivery report that you requested",
			"your message has been successfully relayed", "your message was successfully relayed",
			"your message was successfully delivered", "your message has been delivered to", "your message was delivered to",
			"has been delivered to the following", "was delivered to the following recipient",
			"delivery to these recipients or groups is complete", "delivery to the following recipients was successful",
			"successfully delivered to mailbox", "successful delivery to the following", "message successfully delivered",
			"relayed to non-dsn-aware mailer", "your message has been accepted for delivery",
			"no further notifications will be sent",
			"if the message was delivered to mailbox you will receive no further notifications", "wurde erfolgreich zugestellt",
			"wurde erfolgreich weitergeleitet", "wurde an folgende empfänger zugestellt", "a été remis aux destinataires suivants",
			"a été remis avec succès", "se entregó correctamente", "ha sido entregado", "è stato recapitato", "foi entregue",
			"is bezorgd bij", "доставлено следующим получателям", "успешно доставлено", "配信されました", "に配信されました", "正常に配信", "已成功送达",
			"已成功傳遞", "已传递到以下"),
	)
}
