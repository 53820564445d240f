// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import Testing

/// Bad input to every update rule, as `gradus ask-tell` and `gradus train` answer it.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct RuleBadInputTests {
  private static let entries = RuleCatalog.entries

  /// A line, and what its error says; nil: it is served.
  private struct Exchange {
    var line: String
    var code: String?
    var words: [String] = []

    init(_ line: String, _ code: String? = nil, _ words: String...) {
      (self.line, self.code, self.words) = (line, code, words)
    }
  }

  /// What every rule is asked; saved at the end.
  private static func exchanges(_ entry: RuleEntry) throws -> [Exchange] {
    let name = entry.card.name
    func start(_ members: String) -> String { "{\"start\": {\"method\": \"\(name)\", \"x0\": [1, 2, 3], \(members)}}" }
    let layout = #""layout": [{"name": "w", "shape": [1, 2]}, {"name": "b", "shape": [1]}]"#
    let misspelt = entry.settings.map { setting in
      Exchange(
        start("\"settings\": {\"\(setting.name + setting.name.suffix(1))\": \"1\"}"), "setting",
        "\(name) has no setting", "did you mean '\(setting.name)'?")
    }
    let outside = entry.settings.filter { $0.upper != nil }.map { setting in
      Exchange(
        start("\"settings\": {\"\(setting.name)\": \"much\"}"), "setting", "\(setting.name)=much cannot be read",
        "expected")
    }
    let loss = try entry.open().needsLoss ? #""f": [[2]], "# : ""
    return misspelt + outside + [
      Exchange(start(#""settings": {"lr": 0}"#), "setting", "lr=0 is out of range", "allowed is"),
      Exchange(start(#""settings": {"rate": -0.1}"#), "setting", "rate=-0.1 is out of range", "allowed is"),
      Exchange(start(#""layout": [{"name": "w", "shape": [2, 2]}]"#), "badRequest", "4 numbers", "has 3", "correct"),
      Exchange(start(layout)), Exchange(#"{"ask": {}}"#),
      Exchange("{\"tell\": {\(loss)\"grad\": [[1, 2]]}}", "badRequest", "array of 3 numbers, not of 2"),
      Exchange(
        "{\"tell\": {\(loss)\"grad\": [[1, 2, \"nan\"]]}}", "badRequest", "nan at coordinate 2 (0 of \"b\")",
        "nothing was changed; tell the point again"),
      Exchange("{\"tell\": {\(loss)\"grad\": [[1, 2, 3]]}}"), Exchange(#"{"save": {}}"#),
    ]
  }

  private func answers(_ lines: [String]) throws -> [JSONValue] {
    let ending = try CommandRunner.run(["ask-tell"], input: lines.joined(separator: "\n") + "\n")
    #expect(ending.code == 0)
    return try ending.out.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  @Test func asked() throws {
    let all = try Self.entries.flatMap(Self.exchanges)
    let found = try answers(all.map(\.line))
    try #require(found.count == all.count)
    for (exchange, answer) in zip(all, found) {
      #expect(answer["error"]?["code"]?.text == exchange.code, "\(exchange.line) → \(answer)")
      guard exchange.code != nil, let message = answer["error"]?["message"]?.text else { continue }
      for word in exchange.words { #expect(message.contains(word), "\(exchange.line) → \(message)") }
      #expect(!message.contains("\n"))
    }
    // The states of all rules, each given to the next one.
    let states = found.compactMap { $0["state"]?.text }
    try #require(states.count == Self.entries.count)
    let names = Self.entries.map(\.card.name)
    let others = names.indices.map { names[($0 + 1) % names.count] }
    let refused = try answers(
      zip(states, others).map { #"{"start": {"state": ""# + $0 + #"", "method": ""# + $1 + "\"}}" })
    for (k, answer) in refused.enumerated() {
      #expect(answer["error"]?["code"]?.text == "state")
      #expect(
        answer["error"]?["message"]?.text
          == "the state was saved by \(names[k]), not by \(others[k]); leave \"method\" out, or start without \"state\""
      )
    }
  }

  @Test func specsOfTrainings() throws {
    for entry in Self.entries {
      let name = entry.card.name
      let setting = try #require(entry.settings.last).name
      let misspelt = setting + setting.suffix(1)
      let top = entry.settings.contains { $0.name == "rate" && $0.upper == 1 } ? "1" : "1e+06"
      for (text, message) in [
        ("rule: \(name + name.suffix(1))\n", "1:7: there is no rule '\(name + name.suffix(1))'; expected '\(name)'"),
        ("rule: \(name)\nrate: 0\n", "2:7: rate is '0'; expected a number from 1e-12 to \(top)"),
        ("rule: \(name)\nrate: -1\n", "2:7: rate is '-1'; expected a number from 1e-12 to \(top)"),
        ("rule: \(name)\n\(misspelt): 1\n", "2:1: '\(misspelt)' is no part of a training; expected '\(setting)'"),
      ] {
        let spec = try Scratch.file("spec.yaml", text)
        let ending = try CommandRunner.run(["train", spec])
        #expect(ending.code == 3)
        #expect(ending.error == "gradus: \(spec):\(message)\n")
      }
    }
  }

  /// A training that another rule saved, one that the rule saved itself, and parameters of another model.
  @Test func statesOfTrainings() throws {
    let folder = try Scratch.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let small = "observations: 20\nwidths: [4]\nsteps: 2\nwarmup: 0\nbatch: 4\n"
    func spec(_ rule: String) throws -> String { try Scratch.file("spec.yaml", small + "rule: \(rule)\n") }
    func checkpoint(_ rule: String) -> String { folder.appendingPathComponent(rule).path }
    let names = Self.entries.map(\.card.name)
    for name in names {
      let ending = try CommandRunner.run(["train", try spec(name), "--checkpoint", checkpoint(name), "--quiet"])
      #expect(ending.code == 0, "\(name): \(ending.error)")
    }
    for (k, name) in names.enumerated() {
      let other = names[(k + 1) % names.count]
      let refused = try CommandRunner.run(["train", try spec(other), "--resume", checkpoint(name), "--quiet"])
      #expect(refused.code == 3, "\(other) after \(name)")
      #expect(
        refused.error
          == "gradus: \(checkpoint(name)) was saved by the rule \(name), not by \(other); say 'rule: \(name)', or leave "
          + "--resume out\n")
    }
  }
}
