// Package pipeline is the road from a decoder to the store. A [Writer] takes the
// records of one request or file through the stages, in this order:
//
//	origin    what the request tells about its records; what its key may not send
//	clock     the sender's clock is corrected by its own batch
//	identity  ids that are no ids are dropped, short session ids get their device
//	validate  what cannot be stored is refused with a reason
//	agent     the user agent becomes device, system, browser and bot mark
//	name      page paths, route templates, call classes, names of operations
//	redact    (inside [event.NewBatch]) nothing personal or secret goes further
//	append    the store makes it durable; only then is the sender told
//
// Behind the store the [Linker] ties what was committed together.
package pipeline
