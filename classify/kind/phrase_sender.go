package kind

import "slices"

// daemons are who reports about mail: display name, then local part and domain.
// The name with a number in it is that of Exchange 2010 and later.
func daemons() []phrase {
	return slices.Concat(
		say(daemon, wording,
			"mailer-daemon", "mailer daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "maildaemon", "mail daemon",
			"mail delivery", "mail-delivery", "e-mail delivery", "email delivery", "internet mail delivery", "delivery subsystem",
			"delivery system", "postmaster", "post master", "mdaemon", "mail system", "mailsystem",
			"microsoftexchange329e71ec88ae4615bbc36ab6ce41109e", "microsoft exchange", "メール配送", "メールシステム"),
		say(daemon, weak,
			"maildelivery", "mail router", "mail gateway", "mailgateway", "mail-gateway", "mailgw", "email gateway",
			"smtp gateway", "mail exchanger", "mail relay", "postoffice", "post office", "email system", "e-mail system",
			"mail transfer", "mail server", "mailserver", "mail administrator", "mailadmin", "mail admin", "system administrator",
			"systemadministrator", "system-administrator", "administrateur système", "administrateur systeme",
			"administrador do sistema", "administrador del sistema", "amministratore di sistema", "amministratore del sistema",
			"systeembeheerder", "системный администратор", "システム管理者", "系统管理员", "系統管理員", "시스템관리자", "почтовая система",
			"почтовый сервер", "exchange server", "internet mail service", "message transfer", "message router", "undeliverable",
			"undelivered"),
		say(daemon, trace,
			"bounce", "smtpd", "amavis", "mimedefang", "groupwise", "novell", "administrator", "root", "noreply", "no-reply",
			"donotreply", "do-not-reply", "auto-reply", "autoreply", "system"),
	)
}
