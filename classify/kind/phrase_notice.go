package kind

import "slices"

// noticeTexts are words in which mail systems begin a report of any sort.
func noticeTexts() []phrase {
	return slices.Concat(
		say(notice, formula,
			"hi. this is the qmail-send program at", "this is the qmail-send program", "this is the qmail program", "this is the machine generated message from mail service",
			"hi. this is the mail delivery", "hi. this is the mta", "----- transcript of session follows -----", "transcript of session follows",
			"this is the postfix program at host", "this is the mail delivery system at host", "this is a delivery status notification from", "running the courier mail server",
			"this is the mailer-daemon, please do not reply to this e", "this is the dragonfly mail agent",
			"this is a collection of reports about email delivery process concerning a message you originated", "this is an automatically generated delivery status notification",
			"diagnostic information for administrators", "generating server:", "original message details created date", "office 365 received",
			"sent by microsoft exchange server 20", "msexch:ims:", "msexch:msexchangemta:", "this is an automatically generated message from sendgrid",
			"i am sending you this message to inform you on the delivery status of a message you previously sent",
			"immediately below you will find a list of the affected recipients", "this message was created automatically by the mail system (ecelerity)",
			"this message was created automatically by facebook", "message from yahoo", "the response from the remote server was:",
			"this report relates to a message you sent with the following header fields", "this report relates to your message",
			"the following data may contain sections which represent base64 encoded", "-- the header and top 20 lines of the message follows --", "this is the symantec",
			"dies ist eine automatisch erstellte benachrichtigung über den zustellstatus", "dies ist eine automatisch generierte benachrichtigung über den zustellstatus",
			"diagnoseinformationen für administratoren", "diese nachricht wurde automatisch von", "ceci est une notification automatique d'état de la remise",
			"ceci est une notification d'état de remise générée automatiquement", "ceci est un message automatique de notification d'état de remise",
			"informations de diagnostic pour les administrateurs", "ce message a été généré automatiquement par",
			"ésta es una notificación de estado de entrega generada automáticamente", "esta es una notificación de estado de entrega generada automáticamente",
			"ésta es una notificación del estado de la entrega", "esta es una notificación del estado", "información de diagnóstico para administradores",
			"este mensaje fue creado automáticamente por", "este mensaje ha sido creado automáticamente",
			"este mensaje ha sido generado automáticamente por el sistema de correo", "questa è una notifica automatica sullo stato",
			"questa è una notifica sullo stato del recapito", "notifica automatica sullo stato del recapito", "informazioni di diagnostica per gli amministratori",
			"questo messaggio è stato creato automaticamente", "esta é uma notificação de status de entrega gerada automaticamente", "esta é uma notificação automática",
			"esta é uma notificação de estado de entrega gerada automaticamente", "informações de diagnóstico para administradores", "esta mensagem foi criada automaticamente",
			"dit is een automatisch gegenereerde melding over de bezorgingsstatus", "dit is een automatisch gegenereerde kennisgeving", "diagnostische gegevens voor beheerders",
			"diagnostische informatie voor beheerders", "dit bericht is automatisch aangemaakt door", "это автоматически созданное уведомление о состоянии доставки",
			"это автоматическое уведомление о состоянии доставки", "это автоматически сформированное уведомление", "диагностические сведения для администраторов",
			"сообщение было создано автоматически почтов", "это сообщение создано автоматически", "это сообщение отправлено почтовым сервером",
			"это письмо создано автоматически", "これは自動的に生成された配信状態通知", "配信状態の通知です", "管理者向けの診断情報", "管理者用の診断情報", "管理员的诊断信息", "这是自动生成的传递状态通知", "这是一个自动生成的传递状态通知", "系統管理員的診斷資訊",
			"배달상태알림입니다"),
		say(notice, wording,
			"the original message was received at", "this message was created automatically by mail delivery software",
			"this message was created automatically by the smtp relay", "this message was created automatically by", "this is the mail system at host",
			"this is the mail system at", "for further assistance, please send mail to", "for further assistance, please contact", "the mail system <",
			"this is an informative message sent by", "while talking to", "rcpt to:<", "if you do so, please include this problem report"),
	)
}
