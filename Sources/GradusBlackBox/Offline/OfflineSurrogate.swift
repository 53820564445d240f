// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusNumerics

/// A perceptron that stands for a function of which only some values are known, with a bound on how sharply its mean prediction
/// changes with its parameters (IGNITE).
///
///     h(β) = mean over a batch of g(x; β),   G₀ = ∇h(β),   Ĝ = ∇h(β + rG₀/|G₀|)
///     β ← Adam along  ∇loss + λ(ρ/r)(Ĝ − G₀)                 a difference for the gradient of ρ|∇h|
///     λ ← [λ + η(ρ|G₀| − ε)]₊                                or kept, with `adapts` off
///
/// λ = 0 and η = 0 make it an ordinary surrogate. Values are standardized, coordinates are those of a box from −1 to 1.
///
/// **Reference** M. C. Dao, P. L. Nguyen, T. T. Nguyen, T. N. Hoang, *Incorporating surrogate gradient norm to improve offline
/// optimization techniques*, NeurIPS 2024.
public struct OfflineSurrogate: Sendable {
  /// How it is trained.
  public struct Settings: Sendable, Codable, Hashable {
    public var hidden = [64, 64]
    public var epochs = 60
    public var batch = 64
    /// Of Adam.
    public var rate = 1e-3
    /// λ at the beginning; 0 with `multiplierRate` 0 for none.
    public var multiplier = 1e-3
    /// η.
    public var multiplierRate = 1e-3
    /// ρ.
    public var radius = 0.05
    /// r.
    public var difference = 0.05
    /// ε.
    public var bound = 0.1

    public init() {}

    /// Without the bound.
    public static var plain: Settings {
      var settings = Settings()
      (settings.multiplier, settings.multiplierRate) = (0, 0)
      return settings
    }
  }

  private let designs: OfflineDesigns
  private let network: DenseNetwork
  private var parameters: [Double]
  /// λ at the end.
  public private(set) var multiplier: Double

  /// Trains on the designs.
  public init(_ designs: OfflineDesigns, _ settings: Settings = Settings(), random: RandomStream) {
    self.init(designs, settings, random: random) { true }
  }

  /// Trains on the designs. `proceed` is asked before every epoch; false ends the training.
  public init(
    _ designs: OfflineDesigns, _ settings: Settings = Settings(), random: RandomStream,
    proceed: () throws -> Bool
  ) rethrows {
    var random = random.child("surrogate")
    self.designs = designs
    network = DenseNetwork([designs.domain.dimension] + settings.hidden + [1])
    parameters = network.start(&random)
    multiplier = settings.multiplier
    var optimizer = AdamSteps(parameters.count, rate: settings.rate)
    let inputs = designs.points.map { designs.inputs(of: $0) }
    let (mean, deviation) = designs.scale
    let targets = designs.values.map { ($0 - mean) / deviation }
    for _ in 0..<settings.epochs where try proceed() {
      let order = random.permutation(inputs.count)
      for first in stride(from: 0, to: order.count, by: settings.batch) {
        let rows = Array(order[first..<min(first + settings.batch, order.count)])
        optimizer.step(&parameters, direction(rows.map { inputs[$0] }, rows.map { targets[$0] }, settings))
      }
    }
  }

  private mutating func direction(_ inputs: [[Double]], _ targets: [Double], _ settings: Settings) -> [Double] {
    let isBounded = multiplier > 0 || settings.multiplierRate > 0
    let share = 1 / Double(inputs.count)
    var loss = [Double](repeating: 0, count: parameters.count)
    var mean = loss
    for (x, target) in zip(inputs, targets) {
      let layers = network.layers(x, parameters)
      let error = (layers.last?.first ?? 0) - target
      network.pullBack([2 * share * error], layers, parameters, into: &loss)
      if isBounded { network.pullBack([share], layers, parameters, into: &mean) }
    }
    guard isBounded else { return loss }
    let norm = Self.norm(mean)
    if multiplier > 0, norm > 0 {
      let ahead = zip(parameters, mean).map { $0 + settings.difference / norm * $1 }
      let there = meanGradient(inputs, ahead)
      let factor = multiplier * settings.radius / settings.difference
      for i in loss.indices { loss[i] += factor * (there[i] - mean[i]) }
    }
    multiplier = max(0, multiplier + settings.multiplierRate * (settings.radius * norm - settings.bound))
    return loss
  }

  /// ∇_β of the mean prediction.
  private func meanGradient(_ inputs: [[Double]], _ parameters: [Double]) -> [Double] {
    var gradient = [Double](repeating: 0, count: parameters.count)
    for x in inputs {
      network.pullBack([1 / Double(inputs.count)], network.layers(x, parameters), parameters, into: &gradient)
    }
    return gradient
  }

  private static func norm(_ x: [Double]) -> Double { dot(x.span, x.span).squareRoot() }

  /// The predicted value.
  public func value(at x: Vector) -> Double {
    let (mean, deviation) = designs.scale
    return mean + deviation * (network.outputs(designs.inputs(of: x), parameters).first ?? 0)
  }

  /// The mean square of what is missed at designs that were held out, in units of the variance of those learned from.
  public func error(at points: [Vector], values: [Double]) -> Double {
    let deviation = designs.scale.deviation
    return zip(points, values).reduce(0) { sum, known in
      let miss = (value(at: known.0) - known.1) / deviation
      return sum + miss * miss
    } / Double(max(1, points.count))
  }

  /// max |h(β + δ) − h(β)| over |δ| ≤ ρ at some points, by steps along the gradient in both directions; values standardized.
  public func sharpness(at points: [Vector], radius: Double, steps: Int = 5) -> Double {
    let inputs = points.map { designs.inputs(of: $0) }
    func mean(_ parameters: [Double]) -> Double {
      inputs.reduce(0) { $0 + (network.outputs($1, parameters).first ?? 0) } / Double(max(1, inputs.count))
    }
    let here = mean(parameters)
    var largest = 0.0
    for sign in [1.0, -1] {
      var moved = parameters
      for _ in 0..<steps {
        let gradient = meanGradient(inputs, moved)
        let norm = Self.norm(gradient)
        guard norm > 0 else { break }
        moved = zip(parameters, gradient).map { $0 + sign * radius / norm * $1 }
        largest = max(largest, abs(mean(moved) - here))
      }
    }
    return largest
  }

  /// The prediction and its slope in the coordinates from −1 to 1, standardized.
  func linearized(at u: [Double]) -> (value: Double, slope: [Double]) {
    let layers = network.layers(u, parameters)
    var unused = [Double](repeating: 0, count: parameters.count)
    return (layers.last?.first ?? 0, network.pullBack([1], layers, parameters, into: &unused))
  }
}
