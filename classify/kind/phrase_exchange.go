package kind

import "slices"

// exchangeTexts are the words of Microsoft's servers: Internet Mail Service
// 5.0 and 5.5, the DSN templates of Exchange 2000 to 2019 and of the SMTP
// service of IIS, and Exchange Online. Other languages are in phrase_latin.go
// and phrase_other.go.
func exchangeTexts() []phrase {
	return slices.Concat(
		say(failed, formula,
			"your message did not reach some or all of the intended recipients", "did not reach the following recipient(s)",
			"the following recipient(s) could not be reached", "the following recipients could not be reached",
			"could not be delivered to the following recipient", "a mail message was not sent because",
			"no transport provider was available for delivery to this recipient", "the recipient name is not recognized",
			"the e-mail account does not exist at the organization this message was sent to",
			"the e-mail system was unable to deliver the message, but did not report a specific reason",
			"the message reached the recipient's e-mail system, but delivery was refused",
			"there was a smtp communication problem with the recipient's email server",
			"you do not have permission to send to this recipient", "delivery to the following recipients failed",
			"unable to deliver message to the following recipients",
			"unable to deliver the message due to a communications failure",
			"a configuration error in the e-mail system caused the message to bounce",
			"delivery has failed to these recipients or distribution lists", "delivery has failed to these recipients or groups",
			"delivery has failed to these recipients", "the e-mail address you entered couldn't be found",
			"the email address you entered couldn't be found", "the following organization rejected your message",
			"the recipient's mailbox is full and can't accept messages",
			"this message was rejected by the recipient e-mail system", "the message was rejected by organization policy",
			"your message can't be delivered because", "your message wasn't delivered because",
			"your message wasn't delivered to anyone because", "your message wasn't delivered to",
			"your message couldn't be delivered", "couldn't be delivered to the recipient", "wasn't found at",
			"unknown to address", "error details reported error", "message rejected by recipient email server",
			"rejected your message to the following e",
			"an error occurred while trying to deliver this message to the recipient's e-mail address",
			"microsoft exchange will not try to redeliver this message",
			"microsoft exchange has been trying to deliver this message without success and has stopped trying",
		),
		say(failed, wording,
			"the message that you sent could not be delivered", "please check the e-mail address and try again",
			"please resend your message", "contact the recipient by some other means", "try resending the message",
			"try resending this message"),
	)
}
