// Package meta keeps settings: projects, keys, people who log in, releases, and
// what privacy needs (salts, the identity vault, the list of erased people).
//
// It is small and transactional, so it is SQLite. Two files: the settings, which
// backups contain, and beside it `person-keys.db`, which backups omit because
// what it holds must be able to die: the keys of the vault and the daily salts.
package meta
