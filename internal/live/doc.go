// Package live hands committed records to those who watch them arrive.
package live
