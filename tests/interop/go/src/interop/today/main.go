// Command today is part `today`: everything that the present contract has.
package main

import (
	"context"

	"interop/check"
)

// ctx is that of all calls. A program that serves others would pass on theirs, with its deadline.
var ctx = context.Background()

func main() {
	dataChecks()
	refusalChecks()
	managementChecks()
	outcomeChecks()
	standInChecks()
	check.Finish()
}
