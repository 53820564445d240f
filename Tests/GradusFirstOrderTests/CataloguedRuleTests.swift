// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import Testing

/// Every catalogued rule, opened by name with settings as text, against the trajectories of its plain reference program.
@Suite struct CataloguedRuleTests {
  /// A golden trajectory: the rule and the settings it belongs to.
  struct Case: Sendable, CustomTestStringConvertible {
    var golden: String
    var rule: String
    var settings: String

    init(_ golden: String, _ rule: String, _ settings: String) {
      (self.golden, self.rule, self.settings) = (golden, rule, settings)
    }

    var testDescription: String { golden }
    var pairs: [(name: String, value: String)] {
      settings.split(separator: " ").map {
        let parts = $0.split(separator: "=").map(String.init)
        return (parts[0], parts[1])
      }
    }
  }

  static let moments = "rate=0.01 beta1=0.8 beta2=0.95 epsilon=1e-6 decay=0.1"

  static let cases = [
    Case("adam", "adam", ""), Case("adamw", "adamw", moments), Case("adam-l2", "adam", moments),
    Case("sgd", "sgd", "rate=1e-7 momentum=0"),
    Case("momentum", "sgd", "rate=1e-7 dampening=0.5 decay=0.01"), Case("nesterov", "sgd", "rate=1e-7 nesterov=true"),
    Case("amsgrad", "amsgrad", moments), Case("amsgrad-corrected", "amsgrad", moments + " corrected=true"),
    Case("nadamw", "nadamw", moments), Case("nadamw-ahead", "nadamw", moments + " ahead=true"),
    Case("nadam", "nadam", moments + " growth=0.1"),
    Case("nadam-decoupled", "nadam", moments + " decay=0 decoupled=0.1"),
    Case("rmsprop", "rmsprop", "rate=0.001 smoothing=0.95 momentum=0.5 epsilon=1e-6 decay=0.1"),
    Case("rmsprop-inside", "rmsprop", "rate=0.001 smoothing=0.95 epsilon=1e-3 decay=0.1 inside=true"),
    Case("rmsprop-centered", "rmsprop-centered", "rate=0.001 smoothing=0.95 momentum=0.5 epsilon=1e-2 decay=0.1"),
    Case("adagrad", "adagrad", "slowing=0.1 decay=0.1"),
    Case("adagrad-inside", "adagrad", "initial=0.1 epsilon=1e-7 decay=0.1 inside=true"),
    Case("adadelta", "adadelta", "rate=0.5 smoothing=0.8 decay=0.1"),
    Case("adamax", "adamax", "rate=0.01 beta1=0.8 beta2=0.95 decay=0.1"),
    Case("radam", "radam", moments), Case("radam-decoupled", "radam", moments + " beta2=0.999 decay=0 decoupled=0.1"),
    Case("adabelief", "adabelief", moments + " epsilon=1e-10"),
    Case("adabelief-rectified", "adabelief", moments + " epsilon=1e-10 rectified=true"),
    Case("diffgrad", "diffgrad", moments), Case("exadam", "exadam", moments),
    Case("exadam-growth", "exadam", moments + " growth=true"),
    Case("lion", "lion", "rate=0.01 beta1=0.8 beta2=0.95 decay=0.1"),
    Case("signum", "signum", "rate=0.01 momentum=0.8 decay=0.1"),
    Case("normalized-sgd", "normalized-sgd", "rate=0.01 momentum=0.8 decay=0.1"),
    Case("dog", "dog", "initial=1e-3 decay=0.1"), Case("dowg", "dowg", "decay=0.1"),
    Case("prodigy", "prodigy", "beta1=0.8 beta2=0.95 decay=0.1 initial=1e-3"),
    Case(
      "prodigy-safe", "prodigy",
      "rate=0.5 beta1=0.8 beta2=0.95 decay=0.1 initial=1e-3 coefficient=2 growth=1.5 form=safe-corrected"),
    Case("dadapt-adam", "dadapt-adam", "beta1=0.8 beta2=0.95 epsilon=1e-6 decay=0.1 initial=1e-3"),
    Case(
      "dadapt-adam-corrected", "dadapt-adam",
      "beta1=0.8 beta2=0.95 epsilon=1e-6 decay=0.1 initial=1e-3 growth=1.1 corrected=true"),
    Case("dadapt-sgd", "dadapt-sgd", "momentum=0.8 decay=0.1 initial=1e-3"),
    Case("momo", "momo", "momentum=0.8 decay=0.1"),
    Case("momo-adapt", "momo", "momentum=0.8 decay=0.1 bound=-5 adapt=true"),
    Case("momo-adam", "momo-adam", moments), Case("momo-adam-adapt", "momo-adam", moments + " bound=3 adapt=true"),
    Case("lamb", "lamb", moments), Case("lars", "lars", "momentum=0.8 coefficient=1e-2 decay=0.1"),
    Case(
      "lars-nesterov", "lars",
      "momentum=0.8 coefficient=1e-2 epsilon=1e-3 decay=0.1 nesterov=true separate=true"),
    Case("schedule-free-sgd", "schedule-free-sgd", "rate=1e-7 beta=0.8 decay=0.1 warmup=5 power=1"),
    Case(
      "schedule-free-adamw", "schedule-free-adamw", "rate=0.01 beta=0.8 beta2=0.95 epsilon=1e-6 decay=0.1 warmup=5"),
    Case("mechanic", "mechanic", "rate=0.01 beta1=0.8 beta2=0.95 decay=0.1 initial=1e-4"),
    Case("cocob", "cocob", "rate=0.5 bet=10 decay=0.1"),
    Case("sophia", "sophia", "rate=0.01 beta1=0.8 beta2=0.95 scale=0.5 decay=0.1 every=3 factor=2"),
    Case("adamp", "adamp", moments + " threshold=0.5"),
    Case("adamp-nesterov", "adamp", moments + " threshold=5 ratio=0.5 nesterov=true"),
    Case("sgdp", "sgdp", "rate=1e-7 momentum=0.8 dampening=0.1 decay=0.1 threshold=2"),
    Case("lion-k-lp", "lion-k", "rate=0.01 beta1=0.8 beta2=0.95 decay=0.1 parameter=3"),
    Case("lion-k-l2", "lion-k", "rate=0.01 beta1=0.8 beta2=0.95 decay=0.1"),
    Case("lion-k-group", "lion-k", "rate=0.01 beta1=0.8 beta2=0.95 decay=0.1 map=group"),
    Case("lion-k-huber", "lion-k", "rate=0.01 beta1=0.8 beta2=0.95 decay=0.1 map=huber parameter=0.5"),
    Case("lion-k-top", "lion-k", "rate=0.01 beta1=0.8 beta2=0.95 decay=0.1 map=top parameter=3"),
    Case("lion", "lion-k", "rate=0.01 beta1=0.8 beta2=0.95 decay=0.1 map=l1"),
  ]

  @Test(arguments: cases)
  func followsItsReference(_ example: Case) throws {
    let golden = try #require(UpdateRuleTests.golden, "Tests/GoldenTests/Golden/update-rules.json is missing")
    let rule = try RuleCatalog.entry(named: example.rule).open(example.pairs)
    for (shape, dims) in golden.shapes {
      let wanted = try #require(golden.rules[example.golden]?[shape])
      let layout = Layout([(shape, dims)])
      let start = UpdateRuleTests.start(layout.count)
      let found = trajectory(rule, layout, from: start, steps: golden.steps)
      // Sums cancel, so errors are relative to the largest number on the way, not to the last.
      for (j, (x, y)) in zip(found, wanted).enumerated() {
        let scale = max(abs(y), abs(Double(start[j])), abs(y - Double(start[j])))
        #expect(abs(Double(x) - y) <= 1e-5 * scale, "\(example.golden), \(shape), \(j): \(x) instead of \(y)")
      }
    }
  }

  /// Every rule is followed by at least one trajectory.
  @Test func allRulesHaveTrajectories() {
    let names = RuleCatalog.entries.map(\.card.name)
    #expect(Set(names).count == names.count)
    let matrices = MatrixRuleTests.golden?.rules ?? [:]
    #expect(names.filter { name in matrices[name] == nil && !Self.cases.contains { $0.rule == name } } == [])
  }

  private func trajectory(_ rule: some UpdateRule, _ layout: Layout, from start: [Float], steps: Int) -> [Float] {
    let (found, state) = UpdateRuleTests.run(rule, layout, from: start, 1...steps, losses: { 10 + sin(Double($0)) })
    return rule.evaluationPoint(found.span, state: state, layout: layout) ?? found
  }
}
