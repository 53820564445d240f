// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// What a call of `gradus tune --method` tells beside the study itself.
struct KnobReport {
  /// What the test has shown, for people and for programs.
  struct Findings {
    var text: String
    var json: JSONValue
  }

  let tuning: KnobTuning
  let task: KnobTask

  private var measure: KnobMeasure { task.measure ?? .answers }
  private var method: String { tuning.entry.card.name }

  /// What was found out and chosen before the first trial.
  var remarks: [String] {
    var remarks = ["runs are measured by \(measure.rawValue) (\(task.reason))"]
    if !task.usesSeed, measure.isExact {
      remarks.append("with two seeds \(method) did the same on every problem, so one seed is enough")
    }
    if tuning.heldOut.isEmpty {
      remarks.append("nothing is held out; name problems with --held-out, or four and more with --on")
    } else if tuning.isShare {
      remarks.append("held out for the test: \(tuning.heldOut.joined(separator: ", "))")
    }
    return remarks
  }

  /// Tests what was best, and says what came of it. nil when it was interrupted.
  func test(_ test: KnobTest) throws -> Findings? {
    guard let best = test.best else {
      return Findings(
        text: "  no trial has ended with a score\n", json: document(nil, [], [], "no complete trial", nil))
    }
    let values = test.values(of: best)
    let settings = tuning.space.assignments(values)
    var parts: [KnobTest.Part] = []
    if !settings.isEmpty {
      guard let found = try test.run(best) else {
        test.say("stopped in the test; call again to go on with it")
        return nil
      }
      parts = found
    }
    let verdict = self.verdict(parts, isDefault: settings.isEmpty)
    let json = document(best, values, parts, verdict.name, line(settings))
    try test.keep(json)
    return Findings(text: text(best, values, parts, verdict.words, line(settings)), json: json)
  }

  /// The part that decides: what was held out, otherwise other seeds.
  private func verdict(_ parts: [KnobTest.Part], isDefault: Bool) -> (name: String, words: String) {
    if isDefault { return ("default", "no trial was better than the default settings: keep them") }
    guard let part = parts.last else {
      return (
        "untested",
        "not tested: nothing is held out, and the seed makes no difference; name problems with --held-out to know more"
      )
    }
    let comparison = part.comparison
    let place = part.isHeldOut ? "on what was held out" : "with other seeds on the problems that were tuned on"
    switch comparison.verdict {
    case .better:
      return ("better", "better \(place)" + (part.isHeldOut ? "" : "; nothing was held out"))
    case .worse:
      return ("worse", "worse \(place): keep the default settings")
    case .noDifference:
      var words = "no difference shown \(place)"
      if comparison.solved < comparison.solvedByDefault {
        words += ": \(comparison.solvedByDefault - comparison.solved) fewer runs have an answer"
      } else if comparison.pairs < 5 {
        words += ": \(Numbers.counted(comparison.pairs, "pair")) of runs cannot show one, five can"
      }
      return ("no difference shown", words)
    }
  }

  /// What to call from now on; nil where the default is best.
  private func line(_ settings: [(name: String, value: String)]) -> String? {
    if settings.isEmpty { return nil }
    let all = task.fixed + settings.map { "\($0.name)=\($0.value)" }
    return "gradus solve FILE --by \(method)" + all.map { " --set \(Self.quoted($0))" }.joined()
  }

  /// A word of a shell.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "=,._-+:/".contains($0)) }
    return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }

  // MARK: For people

  private func text(
    _ best: TrialRecord, _ values: [JSONValue.Member], _ parts: [KnobTest.Part], _ verdict: String, _ line: String?
  ) -> String {
    let seeds = Numbers.counted(task.seeds.count, "seed")
    var text = "  \(Numbers.counted(task.files.count, "problem")) with \(seeds), measured by \(measure.rawValue)"
    text += " (\(task.reason))\n"
    let score = Numbers.short(best.values.first ?? .nan, digits: 4)
    text +=
      measure.isRatio
      ? "  tuned: \(score) of the default's \(noun)\n" : "  tuned: \(score) against the default's value\n"
    if !parts.isEmpty { text += "\n" + table(parts) }
    text += "\n\(verdict)\n"
    if let line {
      var table = Table(["  setting", "default", "found"], numeric: [1, 2])
      for row in tuning.space.table(values) { table.rows.append(["  \(row.name)", row.standard, row.value]) }
      text += "\n\(table.text)\n\(line)\n"
    }
    return text
  }

  private var noun: String { measure == .gap ? "gap" : measure.rawValue }

  private func table(_ parts: [KnobTest.Part]) -> String {
    let effect = measure.isRatio ? "ratio" : "difference"
    var table = Table(
      ["  tested on", "pairs", "\(noun)", "default", effect, "95 %", "answered", "default"],
      numeric: [1, 2, 3, 4, 6, 7])
    for part in parts {
      let found = part.comparison
      let range = "\(Numbers.short(found.lower, digits: 3)) … \(Numbers.short(found.upper, digits: 3))"
      table.rows.append([
        part.isHeldOut ? "  problems held out" : "  the same problems, other seeds", "\(found.pairs)",
        Numbers.short(found.typical, digits: 4), Numbers.short(found.typicalOfDefault, digits: 4),
        Numbers.short(found.effect, digits: 3), range, "\(found.solved)", "\(found.solvedByDefault)",
      ])
    }
    return table.text
  }

  // MARK: For programs

  private func document(
    _ best: TrialRecord?, _ values: [JSONValue.Member], _ parts: [KnobTest.Part], _ verdict: String, _ line: String?
  ) -> JSONValue {
    let tests = parts.map { part -> JSONValue in
      var members = part.comparison.json.members ?? []
      members.insert(.init("heldOut", .bool(part.isHeldOut)), at: 0)
      members.insert(.init("problems", JSONValue(strings: part.files)), at: 1)
      members.insert(.init("seeds", .array(part.seeds.map { JSONValue($0) })), at: 2)
      return .object(members)
    }
    let settings = tuning.space.table(values).map { row -> JSONValue in
      ["name": .string(row.name), "default": .string(row.standard), "found": .string(row.value)]
    }
    return [
      "method": .string(method), "measure": .string(measure.rawValue), "reason": .string(task.reason),
      "problems": JSONValue(strings: task.files), "heldOut": JSONValue(strings: tuning.heldOut),
      "seeds": .array(task.seeds.map { JSONValue($0) }), "usesSeed": .bool(task.usesSeed),
      "trial": best.map { .integer($0.number) } ?? .null, "score": JSONValue(best?.values.first),
      "tests": .array(tests), "verdict": .string(verdict), "settings": .array(best == nil ? [] : settings),
      "solve": JSONValue(line),
    ]
  }
}
