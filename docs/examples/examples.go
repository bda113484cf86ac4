// Package examples carries the flows that come along with msgbot inside its binary.
package examples

import "embed"

// Flows holds each example as NAME.yaml.
//
//go:embed *.yaml
var Flows embed.FS
