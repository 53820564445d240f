// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics

/// Descent from rankings on |x|² in 50 dimensions, beside descent from the signs of comparisons and from the best point alone.
///
///     start N(0, I),   4,000 points are put in order in all,   μ = 0.1 for everybody,   steps η/2ⁱ are ranked, i = 0 … 4
///     signs   d = −mean of sign(f(x + μξᵢ) − f(x))·ξᵢ   over m points that are each compared with x
///
/// η is tuned for each on development streams, m for the signs as well. With μ tuned for each (`radius`) nobody is held back
/// by the curvature between the points, which the signs suffer from most; that is shown and claimed by nobody.
public struct RankingDescentSystem: AtlasEntry {
  public static let system = "ZO-RankSGD"
  public static let home = "ranking-descent"
  public static let scale = AtlasScale(
    paper: "rankings by people over latents of a diffusion model, and of episodes of MuJoCo",
    here: "a sphere in 50 dimensions, 4,000 ranked points (fast: 20 dimensions, 1,000)")
  public static let claims = [
    AtlasClaim(
      "signs", "It ends at most at a tenth of descent by the signs of comparisons.", metric: "final value",
      baseline: "signs of comparisons, same line search, tuned step and number", .atMost, 0.1),
    AtlasClaim(
      "whole", "Knowing the whole order ends at most at 0.3 of knowing the best point.", metric: "final value",
      baseline: "k = 1, tuned step", .atMost, 0.3),
    AtlasClaim(
      "radius", "With μ tuned for each it also ends at most at a tenth of the signs.", metric: "final value",
      baseline: "signs of comparisons, tuned step, number and μ", .atMost, 0.1, isReported: true),
  ]
  public static let standing = AtlasStanding.holds

  public init() {}

  /// η and μ in the units of x, and points of a direction.
  struct Choice: Sendable {
    var step: Double
    var radius = 0.1
    var count = 15
  }

  public struct Tuned: Sendable {
    var ranked: Choice
    var single: Choice
    var signs: Choice
    var free: Choice
    var freeSigns: Choice
  }

  private static let width = 20.0

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    let steps = [0.25, 0.5, 1, 2, 4, 8, 16]
    func best(_ choices: [Choice], _ run: (Choice, RandomStream) throws -> Double) async throws -> Choice {
      try await AtlasTuning.best(of: choices, repeats: 3, on: trial) { try run($0, $1) }.candidate
    }
    let usual = steps.map { Choice(step: $0) }
    let counted = [8, 15, 30, 60].flatMap { m in steps.map { Choice(step: $0, count: m) } }
    let radii = [0.1, 0.03, 0.01, 0.001]
    let free = radii.flatMap { r in steps.map { Choice(step: $0, radius: r) } }
    let freeSigns = radii.flatMap { r in counted.map { Choice(step: $0.step, radius: r, count: $0.count) } }
    return Tuned(
      ranked: try await best(usual) { try Self.ranked($0, known: 0, trial, $1) },
      single: try await best(usual) { try Self.ranked($0, known: 1, trial, $1) },
      signs: try await best(counted) { try Self.signs($0, trial, $1) },
      free: try await best(free) { try Self.ranked($0, known: 0, trial, $1) },
      freeSigns: try await best(freeSigns) { try Self.signs($0, trial, $1) })
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let budget = AtlasObservation.Budget(system: Self.points(trial), baseline: Self.points(trial))
    let stream = trial.random.child("descent")
    let ranked = try Self.ranked(tuned.ranked, known: 0, trial, stream)
    return [
      AtlasObservation(
        "signs", measured: ranked, baseline: try Self.signs(tuned.signs, trial, stream), budget: budget),
      AtlasObservation(
        "whole", measured: ranked, baseline: try Self.ranked(tuned.single, known: 1, trial, stream), budget: budget),
      AtlasObservation(
        "radius", measured: try Self.ranked(tuned.free, known: 0, trial, stream),
        baseline: try Self.signs(tuned.freeSigns, trial, stream), budget: budget),
    ]
  }

  private static func points(_ trial: AtlasTrial) -> Double { trial.size(fast: 1000, claim: 4000) }

  private static func start(_ trial: AtlasTrial, _ stream: RandomStream) -> Vector {
    var random = stream.child("start")
    return random.normals(trial.size(fast: 20, claim: 50))
  }

  private static func order(_ points: [Vector]) -> [Int] {
    let values = points.map { $0.inner($0) }
    return points.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  }

  /// The method of the library; its steps and distances are relative to a box of width 20.
  private static func ranked(
    _ choice: Choice, known: Int, _ trial: AtlasTrial, _ stream: RandomStream
  ) throws -> Double {
    var method = RankingDescent()
    method.known = known
    method.count = choice.count
    method.radius = choice.radius / width
    method.step = choice.step / width
    method.adaptive = false
    let start = start(trial, stream)
    let side = Vector(repeating: width / 2, count: start.count)
    var state = method.start(BoxConstrained(Box(lower: -side, upper: side), start: start), random: stream)
    var left = points(trial)
    while let question = method.ask(&state) {
      left -= Double(question.points.count)
      guard left >= 0 else { break }
      try trial.step(1 - left / points(trial))
      method.tell(&state, order(question.points), to: question)
    }
    let x = method.report(state).point
    return x.inner(x)
  }

  private static func signs(_ choice: Choice, _ trial: AtlasTrial, _ stream: RandomStream) throws -> Double {
    var random = stream.child("directions")
    var x = start(trial, stream)
    var carried: Vector?
    var left = points(trial)
    while left >= Double(choice.count + 7) {
      try trial.step(1 - left / points(trial))
      let draws = (0..<choice.count).map { _ in random.normals(x.count) }
      let ranked = order([x] + draws.map { x + choice.radius * $0 })
      var direction = Vector.zeros(x.count)
      // Which side of x a point is on is all that is used of the order.
      var isBetter = true
      for i in ranked {
        if i == 0 {
          isBetter = false
        } else {
          direction = direction + ((isBetter ? 1 : -1) / Double(choice.count)) * draws[i - 1]
        }
      }
      if let carried { direction = 0.5 * (direction + carried) }
      let steps = [x] + (0..<5).map { x + (choice.step / Double(1 << $0)) * direction }
      let winner = order(steps)[0]
      x = steps[winner]
      carried = winner == 0 ? direction : nil
      left -= Double(choice.count + 1 + steps.count)
    }
    return x.inner(x)
  }
}
