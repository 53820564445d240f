// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

/// Who explains answers in the place of a process.
@Suite struct SurrogateTests {
  private let line = InputMetric(numbers: 1)

  @Test func `a tree splits where the squares fall most`() {
    // Mean 4, Σ(y − ȳ)² = 46. Splits leave 46 − 12 = 34, 46 − 36 = 10 and 46 − 33 1/3 = 12 2/3: the middle gap wins; then
    // the right side, 6 and 8 about 7, is split between 0.7 and 0.9, and the left between 0.1 and 0.3.
    let inputs: [Vector] = [[0.1], [0.3], [0.7], [0.9]]
    let values = [1.0, 1, 6, 8]
    var rules = RegressionTree.Rules()
    rules.isRandom = false
    rules.split = 3
    var random = RandomStream(seed: 1)
    let stump = RegressionTree(inputs, values, metric: line, rules: rules, random: &random)
    #expect(stump.leafCount == 2)
    #expect(stump.leaf(at: [0.49]).mean == 1 && stump.leaf(at: [0.49]).variance == 0)
    #expect(stump.leaf(at: [0.51]).mean == 7 && stump.leaf(at: [0.51]).variance == 1)
    rules.split = 2
    let whole = RegressionTree(inputs, values, metric: line, rules: rules, random: &random)
    // Equal values are not split.
    #expect(whole.leafCount == 3)
    #expect(whole.leaf(at: [0.79]).mean == 6 && whole.leaf(at: [0.81]).mean == 8)
  }

  @Test func `categories are split by the order of their means`() {
    let metric = InputMetric(groups: [0], isCategory: [true])
    let inputs: [Vector] = [[1.0 / 6], [0.5], [5.0 / 6], [1.0 / 6], [5.0 / 6]]
    var random = RandomStream(seed: 1)
    let tree = RegressionTree(inputs, [0, 10, 1, 0, 1], metric: metric, random: &random)
    #expect(tree.leaf(at: [1.0 / 6]).mean == 0)
    #expect(tree.leaf(at: [0.5]).mean == 10)
    #expect(tree.leaf(at: [5.0 / 6]).mean == 1)
  }

  @Test func `the variance of a forest is that of means and leaves together`() {
    var rules = RegressionTree.Rules()
    (rules.split, rules.leaf) = (6, 3)
    var random = RandomStream(seed: 3)
    let inputs = (0..<20).map { _ in Vector([random.uniform()]) }
    let values = inputs.map { sin(7 * $0[0]) }
    let forest = RegressionForest(inputs, values, metric: line, count: 8, rules: rules, random: &random)
    for x in [0.1, 0.5, 0.8] {
      let leaves = forest.trees.map { $0.leaf(at: [x]) }
      let mean = leaves.reduce(0) { $0 + $1.mean } / 8
      let total = leaves.reduce(0) { $0 + $1.variance + $1.mean * $1.mean } / 8 - mean * mean
      let posterior = forest.posterior(at: [x])
      #expect(abs(posterior.mean - mean) < 1e-12)
      #expect(abs(posterior.variance - total) < 1e-12)
    }
    var waiting = forest
    waiting.expect(at: [0.5])
    #expect(abs(waiting.posterior(at: [0.5]).mean - forest.posterior(at: [0.5]).mean) < 1e-12)
    #expect(waiting.posterior(at: [0.5]).variance < 1e-20)
  }

  @Test func `one bootstrapped tree is no forest, but all observations in one tree are their mean in each leaf`() {
    var random = RandomStream(seed: 5)
    let inputs = (0..<30).map { _ in Vector([random.uniform(), random.uniform()]) }
    let values = inputs.map { $0[0] + 3 * $0[1] }
    let forest = RegressionForest(
      inputs, values, metric: InputMetric(numbers: 2), count: 1, isBootstrapped: false, random: &random)
    for (x, y) in zip(inputs, values) {
      #expect(forest.posterior(at: x).mean == y)
      #expect(forest.posterior(at: x).variance == 0)
    }
  }

  /// The root of the mean square of μ − f, and the mean deviations near observations and far from them.
  private func quality(_ model: some PosteriorModel, _ f: (Double) -> Double) -> (Double, Double, Double) {
    let near = stride(from: 0.02, to: 0.5, by: 0.04), far = stride(from: 0.8, to: 1, by: 0.02)
    let squares = near.map { (model.posterior(at: [$0]).mean - f($0)) * (model.posterior(at: [$0]).mean - f($0)) }
    func deviation(_ places: some Sequence<Double>) -> Double {
      let all = places.map { model.posterior(at: [$0]).variance.squareRoot() }
      return all.reduce(0, +) / Double(all.count)
    }
    return ((squares.reduce(0, +) / Double(squares.count)).squareRoot(), deviation(near), deviation(far))
  }

  @Test func `networks fit what they saw and doubt what they did not`() {
    let f = { (x: Double) in sin(9 * x) }
    let inputs = stride(from: 0.0, through: 0.5, by: 0.025).map { Vector([$0]) }
    let values = inputs.map { f($0[0]) }
    var random = RandomStream(seed: 2)
    let ensemble = quality(NeuralEnsemble(inputs, values, choices: [0], random: &random), f)
    #expect(ensemble.0 < 0.25, "\(ensemble)")
    #expect(ensemble.2 > 3 * ensemble.1, "\(ensemble)")
    let bandit = quality(NeuralBandit(inputs, values, choices: [0], random: &random), f)
    #expect(bandit.0 < 0.25, "\(bandit)")
    #expect(bandit.2 > 3 * bandit.1, "\(bandit)")
  }

  @Test func `the width of a bandit is that of the inverse matrix`() {
    // Seen once, the same arm has the variance q/(1 + q/λ) with q the square of its gradient; seen n times q/(1 + nq/λ).
    var rules = NeuralBandit.Rules()
    (rules.penalty, rules.width) = (0.5, 8)
    var random = RandomStream(seed: 4)
    var bandit = NeuralBandit(features: 3, rules: rules, random: &random)
    let arm: Vector = [0.3, -1, 0.5]
    let q = bandit.posterior(at: arm).variance
    #expect(q > 0)
    for n in 1...4 {
      bandit.observe(arm)
      #expect(abs(bandit.posterior(at: arm).variance - q / (1 + Double(n) * q / 0.5)) < 1e-10 * q)
    }
    rules.isDiagonal = true
    var diagonal = NeuralBandit(features: 3, rules: rules, random: &random)
    let other: Vector = [-0.2, 0.4, 0.9]
    let before = diagonal.posterior(at: other).variance
    diagonal.observe(arm)
    #expect(diagonal.posterior(at: arm).variance < diagonal.posterior(at: other).variance || before > 0)
    #expect(diagonal.posterior(at: other).variance < before)
  }

  /// Runs to the end of the budget; the value of the reported point.
  static func best<M: OptimizationMethod>(
    _ method: M, _ problem: SearchProblem, seed: UInt64, _ f: (Vector) -> Double
  ) throws -> Double where M.Problem == SearchProblem, M.Question == EvaluateAll<Vector>, M.Point == Vector {
    let run = try Run(problem, by: method, seed: seed)
    for _ in 0..<(problem.budget ?? 0) {
      guard let ticket = try run.ask() else { break }
      #expect(problem.space.violation(of: ticket.question.point) == 0)
      try run.tell(ticket.number, answer: Outcomes(objectives: [f(ticket.question.point)]))
    }
    return f(run.report.point)
  }

  /// The best of as many random points.
  static func bestAtRandom(_ problem: SearchProblem, seed: UInt64, _ f: (Vector) -> Double) -> Double {
    var random = RandomStream(seed: seed)
    return (0..<(problem.budget ?? 0)).reduce(Double.infinity) { best, _ in
      min(best, f(problem.space.sample(&random)))
    }
  }

  static func hartmann6(_ x: Vector) -> Double {
    let a: [[Double]] = [
      [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14],
    ]
    let p: [[Double]] = [
      [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
      [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
    return -zip([1, 1.2, 3, 3.2], zip(a, p)).reduce(0.0) { sum, term in
      let square = (0..<6).reduce(0.0) {
        let step = x[$1] - term.1.1[$1]
        return $0 + term.1.0[$1] * step * step
      }
      return sum + term.0 * exp(-square)
    }
  }

  @Test(arguments: SurrogateKind.allCases.filter { $0 != .gaussianProcess })
  func `every surrogate is better than random points`(_ kind: SurrogateKind) throws {
    var method = BayesianOptimization()
    (method.surrogate, method.candidates) = (kind, 128)
    let plane = SearchProblem(try SearchSpace(Box(lower: [-5, 0], upper: [10, 15])), budget: 40)
    let cube = SearchProblem(try SearchSpace(.cube(0, 1, 6)), budget: 50)
    var (own, blind) = ((0.0, 0.0), (0.0, 0.0))
    for seed in 1...4 as ClosedRange<UInt64> {
      let branin = BayesianOptimizationTests.branin
      own.0 += log(try Self.best(method, plane, seed: seed, branin) - 0.39788)
      blind.0 += log(Self.bestAtRandom(plane, seed: seed, branin) - 0.39788)
      own.1 += log(try Self.best(method, cube, seed: seed, Self.hartmann6) + 3.32237)
      blind.1 += log(Self.bestAtRandom(cube, seed: seed, Self.hartmann6) + 3.32237)
    }
    // Ratios of the geometric means of the regrets.
    let (plain, deep) = (exp((own.0 - blind.0) / 4), exp((own.1 - blind.1) / 4))
    #expect(plain < (kind == .randomForest ? 0.5 : 0.95), "\(plain)")
    #expect(deep < (kind == .randomForest ? 0.5 : 0.8), "\(deep)")
  }

  @Test(arguments: SurrogateKind.allCases.filter { $0 != .gaussianProcess })
  func `mixed spaces, constraints, noise, failures and waiting points are no trouble`(_ kind: SurrogateKind) throws {
    var method = BayesianOptimization()
    (method.surrogate, method.candidates) = (kind, 32)
    let space = try OverSpaceTests.space()
    for isNoisy in [false, true] {
      let problem = SearchProblem(space, constraints: 1, isNoisy: isNoisy, parallelism: 3)
      let run = try Run(problem, by: method, seed: 2)
      for k in 0..<8 {
        let tickets = try (0..<3).map { _ in try #require(try run.ask()) }
        if !isNoisy { #expect(Set(tickets.map(\.question.point)).count == 3) }
        for ticket in tickets.reversed() {
          let x = ticket.question.point
          let value = k == 3 ? .nan : OverSpaceTests.loss(x)
          try run.tell(ticket.number, answer: Outcomes(objectives: [value], constraints: [x[1] - 4.5]))
        }
      }
      #expect(run.report.point[1] <= 4.5)
      #expect(run.report.value != nil)
    }
  }
}
