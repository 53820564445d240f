// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Steps until a hyperplane separates, with and without normalization by the mean weight.
///
///     worst case    one point (½, −1)/s of class 1, n − 1 points (−½, −1)/s of class −1;   n and s drawn for each seed
///     perceptron    θ/γ of plain descent with γ = 10⁸ beside the batch perceptron, on 80 separable points of the plane
///     balanced      normal points of both classes, apart by a margin: where normalization is not known to gain
///
/// The last is reported and not claimed: on such data both need about as many steps.
public struct NormalizedLogistic: AtlasEntry {
  public static let system = "Normalized LR+GD"
  public static let home = "NormalizedLogisticDescent, LinearSeparation"
  public static let scale = AtlasScale(
    paper: "a worst case of n = 1,000 and 10,000; two-class subsets of CIFAR-10, FashionMNIST, EuroSAT and MNIST",
    here: "the worst case for n from 500 to 2,000 (fast: 200 to 600), and 80 points of the plane")
  public static let claims = [
    AtlasClaim(
      "worst case", "With γ = 100, normalized descent needs at most a twentieth of the steps of plain descent.",
      metric: "steps to separation", baseline: "the same without normalization", .atMost, 0.05),
    AtlasClaim(
      "few steps", "Normalized descent separates the worst case in at most five steps.", metric: "steps to separation",
      .atMost, 5, comparison: .value, requirement: .everySeed, isSecondary: true),
    AtlasClaim(
      "perceptron", "With γ = 10⁸, the iterates of plain descent over γ are those of the batch perceptron.",
      metric: "largest distance until separation", .atMost, 1e-6, comparison: .value, requirement: .everySeed,
      isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("normalization by the largest weight in place of the mean")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    var random = trial.random
    let n = trial.size(fast: 200, claim: 500) + random.integer(below: trial.size(fast: 400, claim: 1500))
    let size = random.uniform(0.8, 1.25)
    let points = [Vector([0.5 * size, -size])] + [Vector](repeating: Vector([-0.5 * size, -size]), count: n - 1)
    let problem = LinearSeparation(points: points, labels: [1] + [Double](repeating: -1, count: n - 1))
    try trial.step(0.1)
    let normalized = try Self.steps(problem, isNormalized: subject == .system, cripple: subject == .saboteur)
    try trial.step(0.5)
    let plain = try Self.steps(problem, isNormalized: false, cripple: false)
    try trial.step(0.9)
    return [
      AtlasObservation("worst case", measured: normalized, baseline: plain),
      AtlasObservation("few steps", measured: normalized),
      AtlasObservation(
        "perceptron", measured: try Self.distanceToPerceptron(&random, step: subject == .system ? 1e8 : 10)),
    ]
  }

  /// Steps until all points are on their side. Crippled, β is 1/max σ, which the one point of the small class decides.
  private static func steps(_ problem: LinearSeparation, isNormalized: Bool, cripple: Bool) throws -> Double {
    let method = NormalizedLogisticDescent(step: 100, isNormalized: isNormalized || cripple, steps: 100_000)
    var state = method.start(problem, random: RandomStream(seed: 0))
    while let question = method.ask(&state), var answer = try problem.immediateMargins(at: question.point) {
      if cripple {
        let smallest = problem.points.indices.reduce(Double.infinity) { min($0, problem.margin($1, question.point)) }
        answer.meanWeight = 1 / (1 + exp(smallest))
      }
      method.tell(&state, answer, to: question)
    }
    return Double(max(1, state.step))
  }

  private static func distanceToPerceptron(_ random: inout RandomStream, step gamma: Double) throws -> Double {
    let normal = Vector([0.8, -0.6])
    var (points, labels): ([Vector], [Double]) = ([], [])
    while points.count < 80 {
      let point = random.normals(2)
      guard abs(point.inner(normal)) > 0.1 else { continue }
      points.append(point)
      labels.append(point.inner(normal) > 0 ? 1 : -1)
    }
    let problem = LinearSeparation(points: points, labels: labels)
    let method = NormalizedLogisticDescent(step: gamma, isNormalized: false)
    var state = method.start(problem, random: RandomStream(seed: 0))
    var (perceptron, distance, isFirst) = (Vector.zeros(2), 0.0, true)
    while let question = method.ask(&state), let answer = try problem.immediateMargins(at: question.point),
      answer.misclassified > 0, state.step < 2000
    {
      method.tell(&state, answer, to: question)
      let wrong = points.indices.filter { isFirst || problem.margin($0, perceptron) <= 0 }
      for i in wrong { perceptron = perceptron + ((isFirst ? 0.5 : 1) / 80 * labels[i]) * points[i] }
      isFirst = false
      distance = max(distance, ((1 / gamma) * method.report(state).point - perceptron).norm)
    }
    return distance
  }
}
