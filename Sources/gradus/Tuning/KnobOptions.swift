// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Gradus

extension KnobMeasure: ExpressibleByArgument {}

/// Options of `gradus tune` that tune the settings of a method in place of a program's knobs.
struct KnobOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("Tune the settings of this method, in place of a SPEC.", valueName: "name"))
  var method: String?

  @Option(
    name: .customLong("on"), parsing: .upToNextOption,
    help: ArgumentHelp("The problems to tune it on: files, or problem:NAME.", valueName: "files"))
  var files: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Problems on which only the result is tested; of four and more a part of --on when not given.",
      valueName: "files"))
  var heldOut: [String] = []

  @Option(help: ArgumentHelp("What a run is measured by; chosen when not given.", valueName: "measure"))
  var measure: KnobMeasure?

  @Option(help: ArgumentHelp("Seeds that each trial runs every problem with (5).", valueName: "count"))
  var seeds: Int?

  @Option(help: ArgumentHelp("Other seeds, with which the result is tested (10).", valueName: "count"))
  var testSeeds: Int?

  @Option(help: ArgumentHelp("A run that takes longer has failed (60).", valueName: "seconds"))
  var cutoff: Double?

  @Option(help: ArgumentHelp("Answers that a run may ask for.", valueName: "count"))
  var answers: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting or tolerance of every run, which is not tuned; repeatable.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: ArgumentHelp("The study's name; by default the method's.", valueName: "name"))
  var study: String?

  mutating func validate() throws {
    if method == nil {
      let given: [(String, Bool)] = [
        ("--on", !files.isEmpty), ("--held-out", !heldOut.isEmpty), ("--measure", measure != nil),
        ("--seeds", seeds != nil), ("--test-seeds", testSeeds != nil), ("--cutoff", cutoff != nil),
        ("--answers", answers != nil), ("--set", !settings.isEmpty), ("--study", study != nil),
      ]
      if let (name, _) = given.first(where: { $0.1 }) {
        throw ValidationError("\(name) goes with --method NAME, which tunes the settings of a method")
      }
      return
    }
    if files.isEmpty { throw ValidationError("--method needs problems to tune on: --on FILE…") }
    try OptionRange.whole("--seeds", seeds, 1...10_000)
    try OptionRange.whole("--test-seeds", testSeeds, 1...10_000)
    try OptionRange.positiveSeconds("--cutoff", cutoff)
    try OptionRange.atLeastOne(("--answers", answers))
    if study?.isEmpty == true { throw ValidationError("--study is empty; name the study") }
  }
}
