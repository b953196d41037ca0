package kind

const qmailBounce = "From: MAILER-DAEMON@mx.example.org\r\nTo: bob@example.com\r\nSubject: failure notice\r\n\r\n" +
	"Hi. This is the qmail-send program at mx.example.org.\r\nI'm afraid I wasn't able to deliver your message to the following addresses.\r\n" +
	"This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n<nobody@example.org>:\r\n192.0.2.9 does not like recipient.\r\n" +
	"Remote host said: 550 5.1.1 <nobody@example.org>: User unknown\r\nGiving up on 192.0.2.9.\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n" +
	"Return-Path: <bob@example.com>\r\nReceived: (qmail 3217 invoked from network); 1 Sep 2003 09:00:00 -0000\r\nMessage-ID: <77.1@example.com>\r\n" +
	"From: Bob <bob@example.com>\r\nTo: nobody@example.org\r\nSubject: hello\r\n\r\nHello there.\r\n"
