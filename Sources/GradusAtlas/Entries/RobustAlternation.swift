// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import GradusComposite
import GradusNumerics

/// Low-rank completion by alternating regressions that are solved only by two steps of conjugate gradients.
///
///     M = U·Vᵀ with normal factors, 400 × 400, k = 8; every entry is observed with probability ¼;  12 sweeps
///
/// The error is that of the whole matrix, |UVᵀ − M|/|M|. Operations are those that the regressions and orthogonalizations
/// make. There is nothing to tune: exact regressions have no settings.
public struct RobustAlternation: AtlasEntry {
  public static let system = "Robust AltMin completion"
  public static let home = "AlternatingCompletion"
  public static let scale = AtlasScale(
    paper: "theory: about |Ω|k operations for sketched regressions, with fresh entries for every sweep",
    here: "400 × 400, rank 8, a quarter of the entries, 12 sweeps; ranks 4 to 32 for the operations (fast: the same)")
  public static let claims = [
    AtlasClaim(
      "error ratio", "Two steps of conjugate gradients a column end within 10 times the error of exact regressions.",
      metric: "relative error after 12 sweeps", baseline: "exact alternating least squares, 12 sweeps", .atMost, 10,
      requirement: .everySeed),
    AtlasClaim(
      "error", "The relative error is at most 1e-5.", metric: "relative error after 12 sweeps", .atMost, 1e-5,
      comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "growth", "The operations of a sweep grow at most like k^1.3.",
      metric: "slope of log operations over log k, k = 4, 8, 16, 32", baseline: "exact alternating least squares",
      .atMost, 1.3, comparison: .value, requirement: .everySeed, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "exact regressions for the columns alone: the factors of the rows keep their start")

  public init() {}

  private static let (side, rate) = (400, 0.25)

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    var random = trial.random.child("error")
    let instance = Instance(rank: 8, &random)
    var completion = try AlternatingCompletion(instance.observed, rank: 8, random: random)
    var exact = completion
    for sweep in 0..<12 {
      try Self.advance(&completion, subject)
      try exact.sweep(.exact)
      try trial.step(Double(sweep) / 20)
    }
    var (points, exactPoints): ([(Double, Double)], [(Double, Double)]) = ([], [])
    for rank in [4, 8, 16, 32] {
      var stream = trial.random.child("operations", rank)
      let entries = Instance(rank: rank, &stream).observed
      var first = try AlternatingCompletion(entries, rank: rank, random: stream)
      var second = first
      try Self.advance(&first, subject)
      try second.sweep(.exact)
      points.append((log(Double(rank)), log(Double(first.operations))))
      exactPoints.append((log(Double(rank)), log(Double(second.operations))))
      try trial.step(0.6 + Double(rank) / 100)
    }
    let (error, best) = (instance.error(of: completion), instance.error(of: exact))
    return [
      AtlasObservation("error ratio", measured: error, baseline: best, budget: .init(system: 12, baseline: 12)),
      AtlasObservation("error", measured: error),
      AtlasObservation("growth", measured: Self.slope(points), baseline: Self.slope(exactPoints)),
    ]
  }

  private static func advance(_ completion: inout AlternatingCompletion, _ subject: AtlasSubject) throws {
    switch subject {
    case .system: try completion.sweep(.conjugateGradients(steps: 2))
    case .saboteur: completion.regressColumns(.exact)
    }
  }

  /// The slope of the line through the points by least squares.
  private static func slope(_ points: [(Double, Double)]) -> Double {
    let n = Double(points.count)
    let x = points.reduce(0) { $0 + $1.0 } / n
    let y = points.reduce(0) { $0 + $1.1 } / n
    var (above, below) = (0.0, 0.0)
    for point in points {
      above += (point.0 - x) * (point.1 - y)
      below += (point.0 - x) * (point.0 - x)
    }
    return above / below
  }

  /// A matrix of low rank and the entries of it that are observed.
  private struct Instance {
    let rank: Int
    let left: Vector
    let right: Vector
    let observed: SparseMatrix

    init(rank: Int, _ random: inout RandomStream) {
      self.rank = rank
      left = random.normals(side * rank)
      right = random.normals(side * rank)
      var entries: [(row: Int, column: Int, value: Double)] = []
      for j in 0..<side {
        for i in 0..<side where random.uniform() < rate {
          entries.append((i, j, Self.entry(left, right, rank, i, j)))
        }
      }
      observed = SparseMatrix(rowCount: side, columnCount: side, triplets: entries)
    }

    private static func entry(_ left: Vector, _ right: Vector, _ rank: Int, _ i: Int, _ j: Int) -> Double {
      var sum = 0.0
      for c in 0..<rank { sum += left[i * rank + c] * right[j * rank + c] }
      return sum
    }

    /// |UVᵀ − M|/|M|.
    func error(of completion: AlternatingCompletion) -> Double {
      var (error, scale) = (0.0, 0.0)
      for j in 0..<side {
        for i in 0..<side {
          let truth = Self.entry(left, right, rank, i, j)
          let difference = completion.entry(i, j) - truth
          error += difference * difference
          scale += truth * truth
        }
      }
      return (error / scale).squareRoot()
    }
  }
}
