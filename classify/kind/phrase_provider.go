package kind

import "slices"

// providerTexts are the words of the large mail providers and mail services.
func providerTexts() []phrase {
	return slices.Concat(
		say(failed, formula,
			// Gmail, Google Groups
			"delivery to the following recipient failed permanently", "delivery to the following recipients failed permanently",
			"technical details of permanent failure", "** address not found **", "your message wasn't delivered to",
			"because the address couldn't be found, or is unable to receive mail", "because the domain couldn't be found",
			"** message blocked **", "** message not delivered **", "** recipient inbox full **", "** message too large **",
			"there was a problem delivering your message to", "we're writing to let you know that the group you tried to contact",
			"your message has been blocked", "the recipient server did not accept our requests to connect",
			// Yahoo, AOL, Facebook
			"sorry, we were unable to deliver your message to the following address",
			"unable to deliver message to the following address(es)",
			"your mail to the following recipients could not be delivered because they are not accepting mail from",
			"your e-mail is being returned to you because there was a problem with its delivery",
			"your message could not be delivered to the following",
			// Amazon SES and WorkMail, SendGrid, Mailgun, Mandrill, PowerMTA, Ecelerity
			"an error occurred while trying to deliver the mail to the following recipients",
			"i'm sorry to have to tell you that your message was not able to be delivered", "the following message to <",
			"delivery failed; will not continue trying", "\"notificationtype\":\"bounce\"",
			"\\\"notificationtype\\\":\\\"bounce\\\"",
			// 1&1, GMX, WEB.DE, T-Online, kundenserver
			"this message was created automatically by mail delivery software. a message that you sent could not be delivered",
			"ihre e-mail konnte nicht zugestellt werden", "ihre e-mail an den folgenden empfänger",
			"es tut uns leid, ihnen mitteilen zu müssen", "mailbox unavailable or not local",
			// Yandex, Mail.Ru, Rambler
			"к сожалению, мы вынуждены сообщить вам о том, что ваше письмо не может быть отправлено",
			"ваше письмо не может быть доставлено", "ваше письмо не было доставлено", "ваше сообщение не может быть доставлено",
			"письмо не может быть доставлено одному или нескольким получателям", "к сожалению, ваше письмо не",
			"к сожалению, ваше сообщение",
			// Chinese and Japanese providers: QQ, 163, Sina, docomo, KDDI, SoftBank, So-net, Biglobe
			"your message cannot be delivered to the following", "could not be delivered to:",
			"each of the following recipients was rejected by a remote mail server", "the user(s) account is disabled",
			"the user(s) account is temporarily over quota", "the user(s) rejected", "unknown to this mail server", "很抱歉您发送的邮件被退回",
			"很抱歉,您发送的邮件被退回", "抱歉,您的邮件被退回来了", "您发送的邮件被对方拒绝", "退信原因", "退信说明", "原邮件信息", "送信先メールアドレスが正しく", "宛先のメールアドレスが"),
		say(failed, strong,
			"this is an automatically generated message", "this is an automated message from the mail",
			"the error that the other server returned was", "the response was:", "unable to deliver your message",
			"we were unable to deliver", "delivery to the following recipient", "the mail server was unable to deliver",
			"message couldn't be delivered", "learn more at https://support.google.com/mail", "remote host said",
			"remote server returned"),
	)
}

// productTexts are the words of the mail servers and gateways that companies buy.
func productTexts() []phrase {
	return slices.Concat(
		say(failed, formula,
			// Lotus Notes and Domino
			"was not delivered to:", "not listed in domino directory", "not listed in public name & address book",
			"not listed in public address book", "not listed in address book", "message is undeliverable", "your document:",
			// MDaemon, IMail, SmarterMail, MailEnable, Kerio, Merak, ArGoSoft, SurgeMail, CommuniGate, NTMail, VPOP3
			"the attached message had permanent fatal delivery errors", "had permanent fatal delivery errors",
			"mdaemon has detected", "delivery failed 20 attempts", "could not deliver message to the following recipient(s)",
			"failed recipient:", "mailenable: message could not be delivered", "message could not be delivered to some recipients",
			"the following recipient(s) could not be reached", "failed to deliver to '", "module(account",
			"reports: account is full", "i said rcpt to", "your mail server said", "could not deliver mail to",
			"this message has been rejected by the mail server",
			// GroupWise, Novell, InterMail, Sun and Oracle (PMDF), X.400
			"the message that you sent was undeliverable to the following",
			"this message was undeliverable due to the following reason", "your message was not delivered because the destination",
			"your message was not delivered to the following recipients",
			"your message cannot be delivered to the following recipients",
			"your message was not delivered because the return address was refused", "message has been enqueued and undeliverable",
			"x400 address:",
			// IronPort, Barracuda, MailMarshal, InterScan, McAfee, Symantec, Mimecast, MessageLabs, Trend Micro, Proofpoint
			"was undeliverable. the reason for the problem", "the reason for the problem:",
			"unable to deliver to the following recipient", "a message you sent could not be delivered",
			"your message could not be delivered because", "sent message could not be delivered", "your mail could not be sent",
			"your email message could not be delivered to the recipient",
			"the mail you sent to the following recipients could not be delivered", "message was blocked by",
			"this is an email abuse report", "sent an e-mail that could not be delivered",
			"your message has not been delivered to the following recipients", "was automatically rejected",
			"could not be processed and was returned", "your email was rejected", "your message was rejected",
			"has been rejected for the following reason", "permanent error while delivering",
			"was not able to deliver your message to the following", "was unable to deliver your message to the following",
			"was unable to deliver the message to the following", "was unable to deliver mail to the following",
			"mail could not be delivered to the following", "message could not be delivered to the following",
			"failed to deliver the following message", "the following message could not be delivered",
			"your message could not be delivered to"),
	)
}

// plainTexts are what programs without known words of their own, and the
// replies of servers that they quote (RFC 5321 section 4.2, RFC 3463), have in
// common.
func plainTexts() []phrase {
	return slices.Concat(
		say(failed, strong,
			"user mailbox full:", "undeliverable to ", "technical report:", "recipient address:",
			"your message could not be delivered", "your message was not delivered", "your message has not been delivered",
			"your message cannot be delivered", "your mail could not be delivered", "your email could not be delivered",
			"your e-mail could not be delivered", "your mail was not delivered", "your email was not delivered",
			"message was not delivered", "could not deliver the message to", "could not deliver your message",
			"couldn't deliver your message", "cannot deliver your message", "failed to deliver your message",
			"unable to deliver your message", "was unable to deliver", "the following recipients failed",
			"the following addresses failed", "the following recipient", "the following destination addresses",
			"could not be sent to the following", "delivery to the following", "mail delivery to",
			"undeliverable to the following", "returning message to sender", "returned to sender", "message returned to sender",
			"the message could not be delivered"),
		say(failed, wording,
			"unable to find user", "no such mailbox", "not a valid mailbox", "not a valid user", "unknown recipient",
			"recipient unknown", "no mailbox here", "does not like recipient", "mailbox does not exist", "rejected the recipient",
			"bad address", "address unknown", "invalid address", "unknown address", "user disabled", "being returned",
			"returned to you", "is being sent back", "has been discarded", "giving up on", "not accepting mail",
			"not accepted for", "did not get through", "did not reach", "failed permanently", "permanently failed",
			"failed to be delivered", "delivery to this address", "delivery attempt", "make sure the address is correct",
			"resend your mail", "unreachable", "no longer valid", "no longer available", "is inactive", "inactive user",
			"address was not found", "recipient not found", "user not found", "addressee unknown", "not listed in",
			"could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered", "was not delivered",
			"wasn't delivered", "not been delivered", "unable to deliver", "undeliverable", "unable to relay", "relaying denied",
			"relay access denied", "user unknown", "unknown user", "no such user", "recipient rejected",
			"recipient address rejected", "mailbox unavailable", "mailbox full", "mailbox is full", "quota exceeded", "over quota",
			"exceeded storage", "account is disabled", "account has been disabled", "does not exist", "doesn't exist",
			"host unknown", "unknown host", "host not found", "domain not found", "connection refused", "connection timed out",
			"no route to host", "mailbox not found", "invalid recipient", "invalid mailbox", "address rejected",
			"permanent failure", "permanent error", "fatal error", "delivery failed", "delivery failure", "said: 550", "said: 55",
			"550 5.", "551 5.", "552 5.", "553 5.", "554 5.", "550 ", "550-5.", "#5.1.1", "#5.0.0", "(#5.", "#550 ", "<<< 550",
			"<<< 55", "smtp error from remote", "rejected by"),
	)
}
