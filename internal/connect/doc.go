// Package connect is the way from an empty project to its first link: what to paste
// into a web server ([Recipe]), what has been seen since ([Witness]), and for what is
// missing the likeliest cause with its fix ([Lights]). It decides from facts and
// asks nobody: no HTTP, no store, no clock of its own.
package connect
