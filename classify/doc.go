// Package classify turns messages into facts, facts into campaigns, and campaigns into verdicts with evidence.
//
// A Record is fact and is never rewritten; a Campaign is opinion and is built
// anew at will from the records. Nothing here touches a spool.
package classify
