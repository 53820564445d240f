// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// How results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case text, json }

/// Options of every command that prints a result.
struct OutputOptions: ParsableArguments, Sendable {
  @Option(help: "How results are printed; json is exactly one document on standard output.")
  var format = OutputFormat.text

  @Flag(help: "No progress, no remarks.")
  var quiet = false
}
