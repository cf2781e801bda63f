// Package privacy is what an auditor reads: consent, redaction, pseudonyms,
// erasure, export, and the inventory of what is kept.
//
// A record reaches a store only inside an [event.Batch], and a Batch can only be
// built with a [Redactor]; nothing can be stored around it.
package privacy
