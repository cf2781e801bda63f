// Package link ties what a person did to what the API did about it.
//
// It takes the rows of a project, cuts them into blocks that can be judged on
// their own ([Blocks]) and turns each block into links, sessions, friction
// signals and interactions ([Link]). Both are pure functions: the same rows in
// any order give the same answer, twice the same answer, and never a panic.
package link
