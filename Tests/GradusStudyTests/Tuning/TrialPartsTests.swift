// SPDX-License-Identifier: Apache-2.0
import GradusCore
import Testing

import GradusStudy

/// The parts of a trial: its words, its constraints, its command.
@Suite struct TrialPartsTests {
  private static let printed: [(text: String, metrics: [String: Double])] = [
    ("loss=0.5\n", ["loss": 0.5]), ("loss = 1\n", [:]), ("loss= 2e-3 s\n", ["loss": 0.002]),
    ("loss=0.25", ["loss": 0.25]),
    ("{\"loss\": 1, \"acc\": 0.5}\nloss=3\n", ["loss": 3, "acc": 0.5]),
    ("  {\"loss\": 1}\n{\"loss\": 2}\n", ["loss": 2]),
    ("{\"loss\": 1\nnoise\n=3\n1=2\n", [:]), ("{\"loss\": -Infinity}\n", ["loss": -.infinity]), ("[1, 2]\n\n\n", [:]),
  ]

  @Test(arguments: printed.indices) func words(_ number: Int) {
    let (text, metrics) = Self.printed[number]
    var whole = TrialWords()
    whole.take(Array(text.utf8)) { _ in }
    whole.finish { _ in }
    #expect(whole.metrics == metrics)
    // However it arrives.
    var parts = TrialWords()
    for byte in text.utf8 { parts.take([byte]) { _ in } }
    parts.finish { _ in }
    #expect(parts.metrics == metrics)
  }

  @Test func endlessLinesAreLeft() {
    var words = TrialWords()
    let noise = [UInt8](repeating: 120, count: 1 << 20)
    for _ in 0..<20 { words.take(noise) { _ in } }
    words.take(Array("\nloss=2\n".utf8)) { _ in }
    #expect(words.metrics == ["loss": 2])
    var tail = StreamTail(limit: 100)
    for k in 0..<1000 { tail.take(Array("line \(k)\n".utf8)) }
    #expect(tail.text.hasSuffix("line 998\nline 999\n") && tail.text.hasPrefix("[…]\nline "))
    #expect(tail.text.utf8.count <= 110)
  }

  private static let kept: [(text: String, metrics: [String: Double], violation: Double)] = [
    ("latency <= 20", ["latency": 25.0], 5.0), ("latency >= 20", ["latency": 25], -5),
    ("2*a + b <= 3", ["a": 1, "b": 2], 1),
    ("a <= b", ["a": 1, "b": 2], -1), ("a - 1e-1*b + 3 >= 2*c", ["a": 1, "b": 10, "c": 1], -1),
    ("-a≤0.5", ["a": 1], -1.5),
    ("top.1/acc >= .9", ["top.1/acc": 0.5], 0.4),
  ]

  @Test(arguments: kept.indices) func constraints(_ number: Int) throws {
    let (text, metrics, violation) = Self.kept[number]
    let constraint = try MetricConstraint(text)
    #expect(abs((constraint.violation(metrics) ?? .nan) - violation) < 1e-12)
    #expect(constraint.violation([:]) == nil)
    #expect(constraint.violation(metrics.mapValues { _ in .nan }) == nil)
  }

  @Test(arguments: [
    ("latency", "has no <= or >="), ("a < 3", "needs <= or >="), ("1 <= 2", "names nothing that the command tells"),
    ("a <= ", "is no sum of numbers and names"), ("a*b <= 1", "is no sum of numbers and names"),
    ("a <= b <= c", "has more than one <="),
    ("a 3 <= 1", "is no sum of numbers and names"), ("a - a <= 1", "names nothing that the command tells"),
    ("a*1e999 <= 1", "is no sum of numbers and names"),
  ])
  func wrongConstraints(_ text: String, _ cause: String) {
    #expect {
      _ = try MetricConstraint(text)
    } throws: {
      "\($0)" == "the constraint \"\(text)\" \(cause); write it like \"latency <= 20\" or \"a + 2*b >= 1\""
    }
  }

  @Test func templates() throws {
    let template = try CommandTemplate(
      ["run", "--lr={lr}", "{{x}}", "{k}{k}-{trial}", "", "a{none}b"], parameters: ["lr", "k", "none"])
    #expect(template.words(["lr": "0.1", "k": "2", "trial": "7"]) == ["run", "--lr=0.1", "{x}", "22-7", "", "ab"])
    // What is somebody else's stays.
    let other = ["{\"loss\": 1}", "${HOME}", "{", "{ }", "a{1,2}"]
    #expect(try CommandTemplate(other, parameters: ["lr"]).words([:]) == other)
    #expect {
      _ = try CommandTemplate(["{rl}"], parameters: ["lr"])
    } throws: {
      "\($0)" == "'{rl}' in \"{rl}\" is no parameter; did you mean {lr}?"
    }
  }

  @Test func judgesTellWhatIsWrong() {
    var plan = StudyPlan(name: "s")
    plan.objectives = [.init("loss", .minimize), .init("acc", .maximize)]
    plan.constraints = (try? MetricConstraint("t <= 1")).map { [$0] } ?? []
    let judge = TrialJudge(plan: plan)
    func reason(_ metrics: [String: Double]) -> String? {
      guard case .failed(let reason, _) = judge.outcome([metrics], notes: [:], errors: "") else { return nil }
      return reason
    }
    #expect(reason(["loss": 1, "t": 0])?.hasPrefix("the command printed no 'acc'") == true)
    #expect(reason(["loss": .nan, "acc": 0, "t": 0]) == "'loss' is not a number")
    #expect(reason(["loss": -.infinity, "acc": 0, "t": 0]) == "'loss' is -inf")
    #expect(reason(["loss": 0, "acc": .infinity, "t": 0]) == "'acc' is inf")
    #expect(reason(["loss": 0, "acc": 1]) == "the command printed no number for the constraint 't <= 1'")
    #expect(reason(["loss": .infinity, "acc": 1, "t": 3]) == nil)
    let twice = judge.outcome(
      [["loss": 1, "acc": 0, "t": 1], ["loss": 3, "acc": 0, "t": 2, "x": 1]], notes: [:], errors: "")
    #expect(
      twice
        == .complete(
          values: [2, 0], constraints: [0.5],
          notes: [.init("t", 1.5), .init("loss error", 1.0), .init("acc error", 0.0)]))
  }
}
