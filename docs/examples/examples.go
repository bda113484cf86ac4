// Package examples carries msgbot's example flows inside its binary.
package examples

import "embed"

// Flows holds each example as NAME.yaml.
//
//go:embed *.yaml
var Flows embed.FS
