// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import Testing

/// Update rules stepped from outside.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct AskTellRuleTests {
  private func answers(_ lines: [String]) throws -> [JSONValue] {
    let ending = try CommandRunner.run(["ask-tell"], input: lines.joined(separator: "\n") + "\n")
    #expect(ending.code == 0)
    #expect(ending.error.isEmpty)
    return try ending.out.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  private func code(_ answer: JSONValue) -> String? { answer["error"]?["code"]?.text }

  // MARK: Steps

  /// What the library does by itself.
  private struct Trajectory {
    var points: [[Double]] = []
    var gradients: [[Double]] = []
    var recommended: [Double] = []

    init(_ rule: some CataloguedRule, _ layout: Layout, steps: Int) {
      var parameters = (0..<layout.count).map { Float(sin(1 + Double($0))) }
      var state = rule.start(layout)
      for step in 1...steps {
        points.append(parameters.map { Double($0) })
        let gradient = parameters.indices.map { i in
          parameters[i] * Float(1 + i % 3) + Float(cos(Double(7 * step + i)))
        }
        gradients.append(gradient.map { Double($0) })
        let context = StepContext(step: step, loss: rule.needsLoss ? AskTellRuleTests.loss(step) : nil)
        var span = parameters.mutableSpan
        rule.update(&span, gradient: gradient.span, state: &state, layout: layout, context: context)
      }
      points.append(parameters.map { Double($0) })
      let average = rule.evaluationPoint(parameters.span, state: state, layout: layout)
      recommended = (average ?? parameters).map { Double($0) }
    }
  }

  private static func loss(_ step: Int) -> Double { 10 + sin(Double(step)) }

  private static let tensors = Layout([("w", [3, 4]), ("b", [5]), ("k", [2, 3, 2]), ("s", [])])
  private static let steps = 20
  private static let half = 10

  private func start(_ name: String, _ x0: [Double], _ layout: Layout?, decays: Bool) -> String {
    var members: [JSONValue.Member] = [
      .init("method", .string(name)), .init("x0", JSONValue(numbers: x0)),
      .init("settings", decays ? ["lr": 0.01, "decay": 0.1] : ["lr": 0.01]),
    ]
    if let layout {
      let slots = layout.slots.map { slot -> JSONValue in
        ["name": .string(slot.name), "shape": .array(slot.shape.map { .integer($0) })]
      }
      members.append(.init("layout", .array(slots)))
    }
    return JSONValue.object([.init("start", .object(members))]).description
  }

  /// The lines of a run: asked, told, saved with a question open after half of the steps, ended.
  private func lines(_ rule: some CataloguedRule, _ trajectory: Trajectory, _ start: String) -> [String] {
    var lines = [start]
    for (k, gradient) in trajectory.gradients.enumerated() {
      lines.append(#"{"ask": {}}"#)
      if k == Self.half { lines.append(#"{"save": {}}"#) }
      let f: JSONValue = rule.needsLoss ? [[.number(Self.loss(k + 1))]] : .null
      lines.append((["tell": ["grad": [JSONValue(numbers: gradient)], "f": f]] as JSONValue).description)
    }
    return lines + [#"{"ask": {}}"#, #"{"end": {}}"#]
  }

  @Test(arguments: [true, false])
  func everyRuleStepsAsTheLibraryAndContinuesToTheBit(hasLayout: Bool) throws {
    let entries = RuleCatalog.entries
    #expect(entries.count > 40)
    var all: [String] = []
    var trajectories: [Trajectory] = []
    for entry in entries {
      let decays = entry.settings.contains { $0.name == "decay" }
      let rule = try entry.open([("rate", "0.01")] + (decays ? [("decay", "0.1")] : []))
      let layout = hasLayout ? Self.tensors : entry.type.layout(of: 30)
      let trajectory = Trajectory(rule, layout, steps: Self.steps)
      trajectories.append(trajectory)
      let start = start(entry.card.name, trajectory.points[0], hasLayout ? layout : nil, decays: decays)
      all += lines(rule, trajectory, start)
    }
    let found = try answers(all)
    try #require(found.count == all.count)
    let count = all.count / entries.count
    let saved = 2 * Self.half + 2
    var again: [String] = []
    for (k, entry) in entries.enumerated() {
      let name = entry.card.name
      let run = Array(found[k * count..<(k + 1) * count])
      #expect(run.allSatisfy { code($0) == nil }, "\(name)")
      let points = run.compactMap { $0["points"]?.elements?.first?.doubles }
      #expect(points == trajectories[k].points, "\(name)")
      #expect(run[count - 1]["recommend"]?.doubles == trajectories[k].recommended, "\(name)")
      let state = try #require(run[saved]["state"]?.text, "\(name)")
      again.append(#"{"start": {"state": ""# + state + #"", "method": ""# + name + "\"}}")
      again += all[k * count + saved + 1..<(k + 1) * count]
    }
    let resumed = try answers(again)
    let rest = count - saved
    for (k, entry) in entries.enumerated() {
      let whole = found[k * count + saved + 1..<(k + 1) * count]
      #expect(Array(resumed[k * rest + 1..<(k + 1) * rest]) == Array(whole), "\(entry.card.name)")
    }
  }

  @Test func averagesAreRecommendedAndBestIsWhatWasHeard() throws {
    let found = try answers([
      #"{"start": {"method": "schedule-free-sgd", "x0": [4, -2], "settings": {"lr": 0.5, "beta": 0.5}}}"#,
      #"{"ask": {}}"#, #"{"tell": {"f": [3], "grad": [[4, -2]]}}"#, #"{"ask": {}}"#,
      #"{"tell": {"f": [5], "grad": [[1, 1]]}}"#, #"{"ask": {}}"#, #"{"best": {}}"#, #"{"end": {}}"#,
    ])
    #expect(found[6]["x"]?.doubles == [4, -2])
    #expect(found[6]["f"]?.doubles == [3])
    let recommended = try #require(found[7]["recommend"]?.doubles)
    #expect(recommended != [4, -2])
    #expect(recommended != found[5]["points"]?.elements?.first?.doubles)
  }

  @Test func runsEndByBudgetsAndNotByGradientsOfZero() throws {
    let step = [#"{"ask": {}}"#, #"{"tell": {"grad": [[0, 0]]}}"#]
    let endless = try answers(
      [#"{"start": {"method": "sgd", "x0": [1, 2]}}"#] + Array(repeating: step, count: 150).flatMap { $0 } + [step[0]])
    #expect(endless.last?["points"] == [[1.0, 2.0]])
    for end in [#""budget": 3"#, #""settings": {"gradients": 3}"#] {
      let found = try answers(
        [#"{"start": {"method": "sgd", "x0": [1, 2], "# + end + "}}"] + Array(repeating: step, count: 3).flatMap { $0 }
          + [step[0]])
      #expect(found.last?["stop"]?.text != nil, "\(end)")
      #expect(found[5]["points"] != nil, "\(end)")
    }
  }

  @Test func parametersThatOverflowEndTheRun() throws {
    let found = try answers([
      #"{"start": {"method": "sgd", "x0": [1, 2], "settings": {"rate": 1e6, "momentum": 0}}}"#, #"{"ask": {}}"#,
      #"{"tell": {"grad": [[1e300, 0]]}}"#, #"{"ask": {}}"#, #"{"end": {}}"#,
    ])
    #expect(found[3]["stop"]?.text?.contains("failed") == true)
    #expect(found[4]["recommend"]?.doubles == [1, 2])
  }

  /// The lines of Documentation/ask-tell.md and their answers.
  @Test func theDocumentedLinesAreAnsweredAsDocumented() throws {
    let page = CommandRunner.root.appendingPathComponent("Documentation/ask-tell.md")
    let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
    let asked = lines.filter { $0.hasPrefix("→ ") }.map { String($0.dropFirst(2)) }
    let documented = try lines.filter { $0.hasPrefix("← ") }.map { try JSONValue(parsing: String($0.dropFirst(2))) }
    #expect(asked.count > 5)
    #expect(try answers(asked) == documented)
  }

  /// The lines with rules that `--help` shows are answered.
  @Test func theLinesOfTheHelpAreAnswered() throws {
    let help = try CommandRunner.run(["ask-tell", "--help"]).out
    let text = try #require(help.range(of: "Update rules"))
    let words = help[text.lowerBound...].split(separator: "OPTIONS")[0].split(whereSeparator: \.isWhitespace)
    let lines = words.joined(separator: " ").matches(of: /\{"(start|ask|tell|end)": .*?\}(?=\s+(\{"|'))/)
      .map { String($0.output.0) }.filter { !$0.contains("…") }
    #expect(lines.count >= 4 && lines[0].contains("\"method\": \"adamw\""), "\(lines)")
    let found = try answers(lines)
    #expect(found.allSatisfy { code($0) == nil }, "\(found)")
    #expect(help.contains("gradus explain adamw"))
  }

  // MARK: Bad input

  @Test(arguments: [
    (#""layout": [{"name": "w", "shape": [2, 2]}]"#, "badRequest", ["4 numbers", "has 3", "correct"]),
    (#""layout": [{"name": "w", "shape": [1]}, {"name": "w", "shape": [2]}]"#, "badRequest", ["\"w\" occurs twice"]),
    (#""layout": [{"name": "w", "shape": [3, 0]}]"#, "badRequest", ["\"w\"", "axis of 0", "at least 1"]),
    (#""layout": [{"name": "w", "shape": [3, 1.5]}]"#, "badRequest", ["axis of 1.5"]),
    (#""layout": [{"name": "w", "shape": [9999999999, 9999999999, 9999999999]}]"#, "badRequest", ["1000000", "\"w\""]),
    (#""layout": [{"name": "w"}]"#, "badRequest", ["tensor 0", "\"shape\""]),
    (#""layout": []"#, "badRequest", ["\"layout\" must be an array of tensors"]),
    (#""layout": "w""#, "badRequest", ["\"layout\" must be an array of tensors"]),
    (#""settings": {"lr": 0}"#, "setting", ["lr=0", "1e-12"]),
    (#""settings": {"rate": -1}"#, "setting", ["rate=-1", "1e-12"]),
    (#""settings": {"lr": "fast"}"#, "setting", ["lr=fast", "Double"]),
    (#""settings": {"lr": "nan"}"#, "setting", ["lr=nan", "out of range"]),
    (#""settings": {"lr": 1, "rate": 1}"#, "setting", ["same setting"]),
    (#""settings": {"bta1": 0.5}"#, "setting", ["'bta1'", "'beta1'"]),
    (#""settings": 5"#, "badRequest", ["\"settings\" must be an object"]),
    (#""lower": [0, 0, 0]"#, "unsuitable", ["without bounds", "Leave the bounds out"]),
    (#""constraints": 2"#, "unsuitable", ["without constraints", "penalty"]),
    (#""objectives": 2"#, "unsuitable", ["one objective"]),
    (#""x0": [1, 2, 1e300]"#, "unsuitable", ["1e+300", "coordinate 2"]),
    (#""x0": [1, "nan", 3]"#, "badRequest", ["\"x0\"", "3 finite numbers"]),
    (#""method": "adanw""#, "unsuitable", ["'adanw'", "'adamw'"]),
    (#""method": "sophia", "settings": {"curvature": "hutchinson"}"#, "unsuitable", ["diagonals", "\"curvature\""]),
  ])
  func startsThatAreRefused(members: String, code: String, words: [String]) throws {
    let standard = [#""method": "adamw""#, #""x0": [1, 2, 3]"#]
    let kept = standard.filter { !members.contains($0.prefix(5)) }
    let found = try answers([
      #"{"start": {"method": "sgd", "x0": [7]}}"#, "{\"start\": {" + (kept + [members]).joined(separator: ", ") + "}}",
      #"{"ask": {}}"#,
    ])
    #expect(self.code(found[1]) == code)
    let message = try #require(found[1]["error"]?["message"]?.text)
    for word in words { #expect(message.contains(word), "\(message)") }
    #expect(!message.contains("\n"))
    #expect(found[2]["points"] == [[7.0]], "the run before goes on")
  }

  @Test(arguments: [
    ("adamw", #""grad": [[1, 2]]"#, ["3 numbers", "of 2"]),
    ("adamw", #""grad": [[1, 2, 3], [1, 2, 3]]"#, ["\"grad\"", "here 1"]),
    ("adamw", #""grad": [[1, "nan", 3]]"#, ["\"grad\" is nan at coordinate 1 (0 of \"b\")", "nothing was changed"]),
    ("adamw", #""grad": [["-inf", 2, 3]]"#, ["-inf at coordinate 0 (0 of \"w\")"]),
    ("adamw", #""grad": [null]"#, ["\"grad\" is null"]), ("adamw", #""f": [1]"#, ["adamw needs \"grad\""]),
    ("adamw", "", ["adamw needs \"grad\""]), ("momo", #""grad": [[1, 2, 3]]"#, ["momo needs \"f\""]),
    ("momo", #""grad": [[1, 2, 3]], "f": [null]"#, ["momo needs \"f\""]),
    ("momo", #""grad": [[1, 2, 3]], "f": [["inf"]]"#, ["momo needs \"f\""]),
  ])
  func answersThatAreRefusedChangeNothing(method: String, members: String, words: [String]) throws {
    let layout = #"[{"name": "w", "shape": [1]}, {"name": "b", "shape": [2]}]"#
    let start = #"{"start": {"method": ""# + method + #"", "x0": [1, 2, 3], "layout": "# + layout + "}}"
    let good = [#"{"tell": {"f": [[2]], "grad": [[1, -2, 3]]}}"#, #"{"ask": {}}"#]
    let opening = [start, #"{"ask": {}}"#] + good
    let plain = try answers(opening + good + [#"{"best": {}}"#])
    let found = try answers(opening + ["{\"tell\": {" + members + "}}"] + good + [#"{"best": {}}"#])
    #expect(code(found[4]) == "badRequest")
    let message = try #require(found[4]["error"]?["message"]?.text)
    for word in words { #expect(message.contains(word), "\(message)") }
    #expect(Array(found[5...]) == Array(plain[4...]))
  }

  @Test func statesOfOthersAreRefusedByName() throws {
    let layout = #"[{"name": "w", "shape": [2]}]"#
    let saved = try answers([
      #"{"start": {"method": "sgd", "x0": [1, 2], "layout": "# + layout + "}}", #"{"save": {}}"#,
    ])
    let state = try #require(saved[1]["state"]?.text)
    func start(_ members: String) -> String { #"{"start": {"state": ""# + state + "\"" + members + "}}" }
    let found = try answers([
      start(#", "method": "adamw""#), start(#", "layout": [{"name": "w", "shape": [1, 2]}]"#), #"{"ask": {}}"#,
      start(#", "method": "sgd", "layout": "# + layout), #"{"ask": {}}"#,
    ])
    #expect(found.map(code) == ["state", "state", "noRun", nil, nil])
    let message = found[0]["error"]?["message"]?.text
    #expect(message?.contains("saved by sgd, not by adamw") == true)
    #expect(found[1]["error"]?["message"]?.text?.contains("another layout") == true)
    #expect(found[4]["points"] == [[1.0, 2.0]])
  }
}
