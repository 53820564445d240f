// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

import GradusStudy

@Suite struct ParameterImportanceTests {
  typealias Fixture = StudyFixture

  /// Complete trials at points that fill the box evenly: the fractions of multiples of square roots.
  static func study(
    _ space: [(String, ParameterDistribution)], count: Int, _ value: ([Double]) -> Double
  ) -> StudyRecord {
    let roots = [2.0, 3, 5, 7, 11, 13].map { $0.squareRoot() }
    return Fixture.study(
      (0..<count).map { i in
        let numbers = space.indices.map { k -> Double in
          let u = (Double(i + 1) * roots[k]).truncatingRemainder(dividingBy: 1)
          switch space[k].1 {
          case .float(let low, let high, true, _): return low * pow(high / low, u)
          case .float(let low, let high, false, _): return low + u * (high - low)
          case .integer(let low, let high, _, _): return Double(low + Int(u * Double(high - low + 1)))
          case .categorical(let choices): return Double(Int(u * Double(choices.count)))
          }
        }
        return Fixture.trial([value(numbers)], space.indices.map { .init(space[$0].0, numbers[$0], space[$0].1) })
      })
  }

  static func shares(_ importance: ParameterImportance) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: importance.entries.map { ($0.name, $0.share) })
  }

  /// The shares of a tree against sums over all cells of the box.
  @Test func aTreeIsIntegratedExactly() {
    var random = RandomStream(seed: 11)
    let sides: [TreeVariance.Side] = [.numbers(low: -1, high: 2), .choices(3), .numbers(low: 0, high: 1)]
    let metric = InputMetric(groups: [0, 1, 2], isCategory: [false, true, false])
    let inputs = (0..<40).map { _ in
      Vector([random.uniform(-1, 2), Double(random.integer(below: 3)), random.uniform()])
    }
    let tree = RegressionTree(inputs, inputs.map { _ in random.normal() }, metric: metric, random: &random)
    func cells(_ j: Int, _ low: Double, _ high: Double) -> [(at: Double, share: Double)] {
      let ends = [low] + tree.nodes.filter { $0.coordinate == j }.map(\.threshold).sorted() + [high]
      return zip(ends, ends.dropFirst()).map { (($0 + $1) / 2, ($1 - $0) / (high - low)) }
    }
    let axes = [cells(0, -1, 2), (0..<3).map { (Double($0), 1.0 / 3) }, cells(2, 0, 1)]
    var (mean, square) = (0.0, 0.0)
    var marginals = axes.map { [Double](repeating: 0, count: $0.count) }
    for (a, x) in axes[0].enumerated() {
      for (b, y) in axes[1].enumerated() {
        for (c, z) in axes[2].enumerated() {
          let value = tree.leaf(at: Vector([x.at, y.at, z.at])).mean
          let share = x.share * y.share * z.share
          mean += share * value
          square += share * value * value
          marginals[0][a] += value * y.share * z.share
          marginals[1][b] += value * x.share * z.share
          marginals[2][c] += value * x.share * y.share
        }
      }
    }
    let variance = TreeVariance(tree, sides: sides)
    #expect(abs(variance.total - (square - mean * mean)) < 1e-12)
    for j in 0..<3 {
      let part = zip(axes[j], marginals[j]).reduce(0) { $0 + $1.0.share * ($1.1 - mean) * ($1.1 - mean) }
      #expect(abs(variance.parts[j] - part) < 1e-12, "coordinate \(j)")
      #expect(part > 1e-3)
    }
  }

  /// f = 3u + 2v + 1[k] + 0·w with u = lg r: variances 9/12, 4/12, 1/4 and 0.
  @Test func anAdditiveFunction() throws {
    let study = Self.study(
      [
        ("r", .float(low: 1e-4, high: 1, isLog: true)), ("v", .float(low: 0, high: 1)),
        ("k", .categorical(["a", "b"])), ("w", .float(low: 0, high: 1)),
      ], count: 500
    ) { 3 * (log10($0[0]) + 4) / 4 + 2 * $0[1] + $0[2] }
    let importance = try ParameterImportance(study)
    let total = 9.0 / 12 + 4.0 / 12 + 0.25
    let found = Self.shares(importance)
    for (name, part) in [("r", 9.0 / 12), ("v", 4.0 / 12), ("k", 0.25), ("w", 0)] {
      #expect(abs((found[name] ?? -1) - part / total) < 0.03, "\(name): \(found[name] ?? -1)")
    }
    #expect(importance.rest < 0.03 && !importance.isRough && importance.trials == 500)
    #expect(importance.entries.map(\.name) == ["r", "v", "k", "w"])
    let few = try (0..<3).map { try ParameterImportance(study, trees: 2, seed: $0 < 2 ? 0 : 1) }
    #expect(few[0] == few[1] && few[0] != few[2])
  }

  /// f = x·y on [0, 1]²: single shares 3/7 each, 1/7 together; around zero, on [−1, 1]², single shares vanish.
  @Test func aProduct() throws {
    let unit = ParameterDistribution.float(low: 0, high: 1)
    let found = Self.shares(
      try ParameterImportance(Self.study([("x", unit), ("y", unit)], count: 500) { $0[0] * $0[1] }))
    for name in ["x", "y"] { #expect(abs((found[name] ?? -1) - 3.0 / 7) < 0.03, "\(name): \(found[name] ?? -1)") }
    let wide = ParameterDistribution.float(low: -1, high: 1)
    let importance = try ParameterImportance(
      Self.study([("x", wide), ("y", wide)], count: 500) { $0[0] * $0[1] })
    #expect(importance.rest > 0.95)
  }

  /// f = 2^{category} + k/2 with k whole: variances of 1, 2, 4 and of 1 … 6 halves.
  @Test func categoriesAndWholeNumbers() throws {
    let study = Self.study(
      [("c", .categorical(["a", "b", "c"])), ("k", .integer(low: 1, high: 6))], count: 600
    ) { pow(2, $0[0]) + 0.5 * $0[1] }
    let found = Self.shares(try ParameterImportance(study))
    let (category, whole) = (14.0 / 9, 0.25 * 35 / 12)
    #expect(abs((found["c"] ?? -1) - category / (category + whole)) < 0.02)
    #expect(abs((found["k"] ?? -1) - whole / (category + whole)) < 0.02)
  }

  /// Values made by `Tests/GoldenTests/Reference/parameter_importance.py`: optuna's mean over ten seeds.
  @Test func asOptuna() throws {
    let golden = [("x", 0.48212), ("y", 0.37950), ("w", 0.03186), ("z", 0.00052)]
    let unit = ParameterDistribution.float(low: 0, high: 1)
    let space: [(String, ParameterDistribution)] = [
      ("x", unit), ("y", .float(low: -2, high: 2)), ("w", .float(low: 0, high: 10)), ("z", unit),
    ]
    let study = Self.study(space, count: 300) { 3 * $0[0] + $0[1] * $0[1] + 0.3 * $0[0] * $0[2] }
    let found = Self.shares(try ParameterImportance(study))
    // Optuna's own spread is 0.003 at 64 trees.
    for (name, share) in golden { #expect(abs((found[name] ?? -1) - share) < 0.015, "\(name): \(found[name] ?? -1)") }
  }

  @Test func conditionalAndConstantParameters() throws {
    let unit = ParameterDistribution.float(low: 0, high: 1)
    let full = Self.study([("x", unit), ("one", .categorical(["a"])), ("y", unit)], count: 100) { $0[0] + $0[2] }
    let drafts = full.trials.map { trial -> TrialDraft in
      let named = trial.parameters.map { setting in
        let parameter = full.parameters[setting.parameter]
        return TrialDraft.Parameter(parameter.name, setting.value, parameter.distribution)
      }
      return Fixture.trial(trial.values, trial.number.isMultiple(of: 2) ? named : Array(named.prefix(2)))
    }
    // Trials that were told by hand, without parameters, do not matter.
    let study = Fixture.study(drafts + [Fixture.trial([0.5]), Fixture.trial([0.7])])
    let all = try ParameterImportance(study)
    #expect(all.omitted == ["y"] && all.trials == 100)
    #expect(Self.shares(all)["one"] == 0)
    let chosen = try ParameterImportance(study, parameters: ["y", "x"])
    #expect(chosen.trials == 50 && Set(chosen.entries.map(\.name)) == ["x", "y"] && chosen.omitted.isEmpty)
  }

  @Test func whatCannotBeSaid() {
    let unit = ParameterDistribution.float(low: 0, high: 1)
    func message(_ study: StudyRecord, _ objective: Int = 0, _ names: [String]? = nil) -> String {
      do {
        _ = try ParameterImportance(study, objective: objective, parameters: names)
        return ""
      } catch { return error.description }
    }
    #expect(message(Self.study([("x", unit)], count: 9) { $0[0] }).contains("has 9 complete trials"))
    #expect(message(Self.study([("x", unit)], count: 20) { _ in 3 }).contains("equal"))
    #expect(message(Self.study([("x", unit)], count: 20) { $0[0] }, 1).contains("no objective 1"))
    #expect(message(Self.study([("x", unit)], count: 20) { $0[0] }, 0, ["q"]).contains("no parameter 'q'"))
    #expect(message(Self.study([], count: 20) { _ in 3 }).contains("no parameter"))
    #expect(message(Self.study([("x", unit)], count: 20) { _ in .infinity }).contains("has 0 complete trials"))
  }
}
