// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusPrograms

/// The solution that a Bayesian posterior prefers, where neither solutions nor tests are known to be right.
///
///     matrices of results drawn from the model that B4 assumes, (θ_x, θ_y, θ₀, θ₁, N, M) = (0.2, 0.3, 0.1, 0.4, 10, 30)
///     and (0.1, 0.3, 0.1, 0.4, 20, 20), with at least one right solution; priors α = β = 10
///
/// The matrices are drawn, not those of programs that a model wrote.
public struct B4System: AtlasEntry {
  public static let system = "b4"
  public static let home = "SelectionRule.b4"
  public static let scale = AtlasScale(
    paper: "HumanEval, MBPP and APPS with five models and their tests", here: "1,500 drawn matrices a seed and setting")
  public static let claims = [
    AtlasClaim(
      "selection", "It chooses a right solution at least 0.10 more often than CodeT.", metric: "share of right choices",
      baseline: "CodeT, n_y·√n_x", .atLeast, 0.10, comparison: .difference),
    AtlasClaim(
      "hard", "So it does where a tenth of twenty solutions is right.", metric: "share of right choices",
      baseline: "CodeT, n_y·√n_x", .atLeast, 0.10, comparison: .difference, isSecondary: true),
    AtlasClaim(
      "posterior", "The score of a class is the log posterior of the assignment, but for a constant.",
      metric: "largest difference of the difference, over small matrices with all assignments enumerated", .atMost,
      1e-7,
      comparison: .value, requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "priors", "What is lost by priors of 1,000 in the hard setting.", metric: "share of right choices",
      baseline: "priors of 10", .atLeast, -0.4, comparison: .difference, isReported: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("the solution that passes most tests is chosen")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let rule = subject == .system ? SelectionRule.b4(B4Posterior()) : .maxPass
    let draws = trial.size(fast: 100, claim: 1500)
    let usual = PassSimulator(x: 0.2, y: 0.3, zero: 0.1, one: 0.4, solutions: 10, tests: 30)
    let hard = PassSimulator(x: 0.1, y: 0.3, zero: 0.1, one: 0.4, solutions: 20, tests: 20)
    func share(_ rule: SelectionRule, _ simulator: PassSimulator) throws -> Double {
      try trial.step(0.5)
      return simulator.success(rule, draws: draws, trial.random.child("matrices"))
    }
    let strong = SelectionRule.b4(B4Posterior(alpha: 1000, beta: 1000))
    return [
      AtlasObservation("selection", measured: try share(rule, usual), baseline: try share(.codeT, usual)),
      AtlasObservation("hard", measured: try share(rule, hard), baseline: try share(.codeT, hard)),
      AtlasObservation(
        "posterior", measured: Self.deviation(rule, cases: trial.size(fast: 1, claim: 8), trial.random.child("small"))),
      AtlasObservation("priors", measured: try share(strong, hard), baseline: try share(rule, hard)),
    ]
  }

  /// By how much scores of classes differ from the enumerated posterior, beyond a constant.
  private static func deviation(_ rule: SelectionRule, cases: Int, _ random: RandomStream) -> Double {
    let simulator = PassSimulator(x: 0.4, y: 0.5, zero: 0.2, one: 0.5, solutions: 4, tests: 4)
    let posterior = if case .b4(let own) = rule { own } else { B4Posterior() }
    var worst = 1e-12
    for k in 0..<cases {
      var stream = random.child("case", k)
      let (matrix, _) = simulator.draw(&stream)
      let scores = rule.scores(matrix)
      let differences = matrix.classes.map { group in
        scores[group.members[0]] - logPosterior(matrix, group.members, group.row, posterior)
      }
      if let least = differences.min(), let most = differences.max() { worst = max(worst, most - least) }
    }
    return worst
  }

  /// ln of the likelihood of an assignment, its rates integrated out by Simpson's rule.
  private static func logPosterior(
    _ matrix: PassMatrix, _ members: [Int], _ valid: [Bool], _ prior: B4Posterior
  ) -> Double {
    var passed = [0.0, 0.0]
    var all = [0.0, 0.0]
    for (solution, row) in matrix.rows.enumerated() where !members.contains(solution) {
      for (test, result) in row.enumerated() {
        all[valid[test] ? 1 : 0] += 1
        passed[valid[test] ? 1 : 0] += result ? 1 : 0
      }
    }
    let right = Double(members.count)
    let tests = Double(valid.count { $0 })
    let solutions = integral(right + prior.alpha - 1, Double(matrix.solutionCount) - right)
    let cases = integral(tests + prior.alpha - 1, Double(matrix.testCount) - tests)
    let others = integral(passed[1], all[1] - passed[1]) * integral(passed[0], all[0] - passed[0] + prior.beta - 1)
    return VectorMath.log(solutions * cases * others)
  }

  /// ∫ θᵃ(1 − θ)ᵇ over the unit interval, for whole a and b.
  private static func integral(_ a: Double, _ b: Double) -> Double {
    func power(_ x: Double, _ n: Int) -> Double { (0..<n).reduce(1) { product, _ in product * x } }
    let steps = 2000
    var total = 0.0
    for k in 0...steps {
      let x = Double(k) / Double(steps)
      let weight: Double = k == 0 || k == steps ? 1 : k % 2 == 1 ? 4 : 2
      total += weight * power(x, Int(a)) * power(1 - x, Int(b))
    }
    return total / (3 * Double(steps))
  }
}
