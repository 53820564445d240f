// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Surrogates whose gradient norm is bounded, beside the same surrogates without the bound, on four functions of which only
/// the worse half of the values is known.
///
///     Ackley 8, Rastrigin 10, Rosenbrock 12, Styblinski–Tang 16;   2,400 designs, the worse half, a sixth of it held out,   η = 0.03
///     perceptrons d-64-64-1, 40 epochs of 64;   descent of 200 steps from the best 128 designs
///
/// The score of a design is 1 at the best known value of the function and 0 at the worst one of the designs.
public struct SurrogateGradientNorm: AtlasEntry {
  public static let system = "IGNITE"
  public static let home = "OfflineSurrogate, OfflineSearch"
  public static let scale = AtlasScale(
    paper: "six tasks of Design-Bench",
    here: "four functions of 8 to 16 variables, 1,000 designs (fast: one function, 80 designs)")
  public static let claims = [
    AtlasClaim(
      "sharpness", "The mean prediction on held-out designs changes by at least 30 % less within ρ of the parameters.",
      metric: "largest change, geometric mean over tasks", baseline: "the same training without the bound", .atMost, 0.7
    ),
    AtlasClaim(
      "error", "The error on held-out designs is at most 10 % higher.",
      metric: "mean square, geometric mean over tasks",
      baseline: "the same training without the bound", .atMost, 1.1, requirement: .share(0.6)),
    AtlasClaim(
      "score", "The median design of a descent is worth at most 2 % less.", metric: "score, mean over tasks",
      baseline: "descent on the surrogate without the bound", .atLeast, -0.02, comparison: .difference,
      requirement: .share(0.8), isSecondary: true),
  ]
  public static let standing = AtlasStanding.partly(
    tried: "multiplier rates from 0.02 to 0.5 and bounds from 0.02 to 0.1: the flatter the surrogate, the less far 200 "
      + "steps of the same rate go, and the lower the score")
  public static let saboteur = AtlasSaboteur.crippled(
    "a surrogate without the bound that is trained three times as long on values with the wrong sign")

  public init() {}

  private enum Function: Int, CaseIterable {
    case ackley, rastrigin, rosenbrock, styblinski

    var dimension: Int { [8, 10, 12, 16][rawValue] }
    var side: Double { [4, 4, 2, 5][rawValue] }
    /// The least value.
    var best: Double { self == .styblinski ? -39.16617 * 16 : 0 }

    func value(_ x: Vector) -> Double {
      let n = Double(x.count)
      switch self {
      case .ackley:
        let square = x.inner(x) / n
        let wave = x.elements.reduce(0) { $0 + cos(2 * .pi * $1) } / n
        return 20 + exp(1) - 20 * exp(-0.2 * square.squareRoot()) - exp(wave)
      case .rastrigin: return x.elements.reduce(0) { $0 + (10 + $1 * $1 - 10 * cos(2 * .pi * $1)) }
      case .rosenbrock:
        return (1..<x.count).reduce(0) { sum, i in
          let (a, b) = (x[i] - x[i - 1] * x[i - 1], 1 - x[i - 1])
          return sum + 100 * a * a + b * b
        }
      case .styblinski: return x.elements.reduce(0) { $0 + 0.5 * ($1 * $1 * $1 * $1 - 16 * $1 * $1 + 5 * $1) }
      }
    }
  }

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let functions = Function.allCases.suffix(trial.size(fast: 1, claim: 4))
    var (sharp, flat, errors, plainErrors, scores, plainScores) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for function in functions {
      let stream = trial.random.child("task", function.rawValue)
      let (designs, held) = try Self.designs(function, stream, trial)
      var settings = OfflineSurrogate.Settings.plain
      settings.epochs = trial.size(fast: 8, claim: 40)
      let plain = try OfflineSurrogate(designs, settings, random: stream) { try Self.go(trial) }
      var (bounded, known) = (settings, designs)
      if subject == .system {
        bounded.multiplier = OfflineSurrogate.Settings().multiplier
        bounded.multiplierRate = 0.03
      } else {
        bounded.epochs *= 3
        known = try Self.mirrored(designs)
      }
      let other = try OfflineSurrogate(known, bounded, random: stream) { try Self.go(trial) }
      let points = held.map(\.point)
      sharp += log(other.sharpness(at: points, radius: settings.radius))
      flat += log(plain.sharpness(at: points, radius: settings.radius))
      errors += log(other.error(at: points, values: held.map(\.value)))
      plainErrors += log(plain.error(at: points, values: held.map(\.value)))
      plainScores += Self.score(function, designs, OfflineSearch().proposals(for: designs, by: [plain]))
      try trial.step(0.5)
      scores += Self.score(function, designs, OfflineSearch().proposals(for: known, by: [other]))
    }
    let n = Double(functions.count)
    return [
      AtlasObservation("sharpness", measured: exp(sharp / n), baseline: exp(flat / n)),
      AtlasObservation("error", measured: exp(errors / n), baseline: exp(plainErrors / n)),
      AtlasObservation("score", measured: scores / n, baseline: plainScores / n),
    ]
  }

  private static func go(_ trial: AtlasTrial) throws -> Bool {
    try trial.step(0.5)
    return true
  }

  /// The worse half of random designs, and those of them that are held out.
  private static func designs(
    _ function: Function, _ stream: RandomStream, _ trial: AtlasTrial
  ) throws -> (designs: OfflineDesigns, held: [(point: Vector, value: Double)]) {
    var random = stream.child("designs")
    let side = Vector(repeating: function.side, count: function.dimension)
    let box = Box(lower: -side, upper: side)
    let all = (0..<trial.size(fast: 200, claim: 2400)).map { _ in
      let point = box.sample(&random)
      return (point: point, value: function.value(point))
    }
    let middle = all.map(\.value).sorted()[all.count / 2]
    let worse = all.filter { $0.value >= middle }
    let held = Array(worse.prefix(worse.count / 6))
    let known = worse.dropFirst(held.count)
    return (try OfflineDesigns(box, points: known.map(\.point), values: known.map(\.value)), held)
  }

  /// Values mirrored at their mean.
  private static func mirrored(_ designs: OfflineDesigns) throws -> OfflineDesigns {
    let mean = designs.values.reduce(0, +) / Double(designs.values.count)
    return try OfflineDesigns(designs.domain, points: designs.points, values: designs.values.map { 2 * mean - $0 })
  }

  private static func score(_ function: Function, _ designs: OfflineDesigns, _ proposals: [Vector]) -> Double {
    let worst = designs.values.max() ?? 0
    let values = proposals.map { (worst - function.value($0)) / (worst - function.best) }.sorted()
    return values.isEmpty ? 0 : values[values.count / 2]
  }
}
