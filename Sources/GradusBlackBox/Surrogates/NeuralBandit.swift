// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
public import GradusNumerics

/// A network that is sure of itself as far as its gradients were seen:
///
///     m(x; θ) a perceptron with one hidden layer,   g = ∂m/∂θ with every weight in units of its first deviation
///     σ²(x)/s² = gᵀ(I + Σᵢ gᵢgᵢᵀ/λ)⁻¹g = gᵀg − ‖L⁻¹Gg‖²,   LLᵀ = λI + GGᵀ         or with the diagonal of the sum alone
///
/// s² is 1 in variances of the values; of a space it is yᵀ(λI + GGᵀ)⁻¹y/n, the most probable one under these gradients.
/// One observation more is one row more of L (n² operations), or one square more on the diagonal. Training starts
/// from the first weights each time and is pulled back to them. With arms that are vectors of features, ask for the arm with
/// the largest m + ν·σ of what is to be maximized, or the least m − ν·σ.
///
/// **Reference** D. Zhou, L. Li, Q. Gu, *Neural contextual bandits with UCB-based exploration*, ICML 2020; X. Lin et al.,
/// *Use your INSTINCT*, ICML 2024, for the diagonal.
public struct NeuralBandit: PosteriorModel {
  /// The network and its training.
  public struct Rules: Sendable, Hashable {
    /// Rectifiers of the hidden layer.
    public var width = 64
    /// λ, in variances of the values.
    public var penalty = 0.01
    /// Steps of Adam, and observations of each.
    public var steps = 200
    public var batch = 32
    public var rate = 0.01
    /// Whether only the diagonal of the sum is kept.
    public var isDiagonal = false

    public init() {}
  }

  private let rules: Rules
  private let network: DenseNetwork
  private let encode: NetworkInputs?
  /// Deviations of the first weights, one a parameter.
  private let deviations: [Double]
  private let start: [Double]
  private var parameters: [Double]
  private var scale = StandardValues([])
  /// Of λI + GGᵀ; nil before the first observation, and with the diagonal alone.
  private var factor: Cholesky?
  private var gradients: [[Double]] = []
  /// s² in variances of the values.
  private var unit = 1.0
  /// 1 + Σ g²/λ.
  private var diagonal: [Double]

  /// A network that saw nothing, for arms with so many features. `features` of about unit size serve best.
  public init(features: Int, rules: Rules = .init(), random: inout RandomStream) {
    self.init(DenseNetwork([features + 1, rules.width, 1]), encode: nil, rules, &random)
  }

  /// A network trained on observations of a space. `choices`: how many values each category has, 0 for numbers.
  public init(
    _ points: [Vector], _ values: [Double], choices: [Int], rules: Rules = .init(), random: inout RandomStream
  ) {
    let encode = NetworkInputs(choices: choices)
    self.init(DenseNetwork([encode.count, rules.width, 1]), encode: encode, rules, &random)
    train(points, values, random: &random)
    for point in points { observe(point) }
    guard let factor, gradients.count == points.count else { return }
    let y = Vector(values.map { scale.standard($0) })
    unit = min(max(factor.solve(y).inner(y) / Double(points.count), 1e-3), 1)
  }

  private init(_ network: DenseNetwork, encode: NetworkInputs?, _ rules: Rules, _ random: inout RandomStream) {
    self.rules = rules
    self.network = network
    self.encode = encode
    start = network.start(&random)
    parameters = start
    deviations = (1..<network.widths.count).flatMap { k in
      let deviation = (2 / Double(network.widths[k - 1])).squareRoot()
      return [Double](repeating: deviation, count: network.widths[k - 1] * network.widths[k])
        + [Double](repeating: 0, count: network.widths[k])
    }
    diagonal = [Double](repeating: 1, count: deviations.count)
  }

  private func row(_ x: Vector) -> [Double] { encode?(x) ?? x.elements + [1] }

  /// Trains from the first weights on all observations there are; the gradients that were seen stay as they are.
  public mutating func train(_ points: [Vector], _ values: [Double], random: inout RandomStream) {
    precondition(points.count == values.count && !points.isEmpty, "one value for each of some inputs")
    scale = StandardValues(values)
    let (n, rows) = (points.count, points.map { row($0) })
    parameters = start
    var adam = AdamSteps(parameters.count, rate: rules.rate)
    let batch = min(rules.batch, n)
    for step in 0..<rules.steps {
      adam.rate = rules.rate * (1 - 0.9 * Double(step) / Double(max(1, rules.steps)))
      // The pull on weights in units of their first deviation.
      var gradient = parameters.indices.map { k in
        let deviation = deviations[k] > 0 ? deviations[k] : 1
        return 2 * rules.penalty / Double(n) * (parameters[k] - start[k]) / (deviation * deviation)
      }
      for k in 0..<batch {
        let i = batch < n ? random.integer(below: n) : k
        let layers = network.layers(rows[i], parameters)
        let error = layers[2][0] - scale.standard(values[i])
        network.pullBack([2 * error / Double(batch)], layers, parameters, into: &gradient)
      }
      adam.step(&parameters, gradient)
    }
  }

  /// Counts a point as asked about.
  public mutating func observe(_ x: Vector) {
    let g = slope(row(x)).gradient
    if rules.isDiagonal {
      for k in g.indices { diagonal[k] += g[k] * g[k] / rules.penalty }
      return
    }
    var entries = gradients.map { Self.inner($0, g) }
    entries.append(Self.inner(g, g) + rules.penalty)
    if let factor {
      guard let larger = try? factor.bordered(by: Vector(entries)) else { return }
      self.factor = larger
    } else {
      factor = try? Cholesky(Matrix(rowCount: 1, columnCount: 1, elements: entries))
    }
    gradients.append(g)
  }

  public mutating func expect(at x: Vector) { observe(x) }

  public func posterior(at x: Vector) -> (mean: Double, variance: Double) {
    let (value, g) = slope(row(x))
    var variance = 0.0
    if rules.isDiagonal {
      for k in g.indices { variance += g[k] * g[k] / diagonal[k] }
    } else {
      variance = Self.inner(g, g)
      if let factor {
        var cross = Vector(gradients.map { Self.inner($0, g) })
        factor.solveLower(&cross)
        variance -= cross.inner(cross)
      }
    }
    return (scale.mean + scale.deviation * value, scale.deviation * scale.deviation * unit * max(0, variance))
  }

  /// m and g.
  private func slope(_ row: [Double]) -> (value: Double, gradient: [Double]) {
    var gradient = [Double](repeating: 0, count: parameters.count)
    let layers = network.layers(row, parameters)
    network.pullBack([1], layers, parameters, into: &gradient)
    for k in gradient.indices { gradient[k] *= deviations[k] }
    return (layers[2][0], gradient)
  }

  private static func inner(_ a: [Double], _ b: [Double]) -> Double {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var sum = SIMD4<Double>.zero
        var k = 0
        while k + 4 <= a.count {
          let left = SIMD4<Double>(a[k], a[k + 1], a[k + 2], a[k + 3])
          let right = SIMD4<Double>(b[k], b[k + 1], b[k + 2], b[k + 3])
          sum += left * right
          k += 4
        }
        var total = sum.sum()
        while k < a.count {
          total += a[k] * b[k]
          k += 1
        }
        return total
      }
    }
  }
}
