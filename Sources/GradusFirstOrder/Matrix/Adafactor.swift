// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Adam without momentum, whose second moment of a matrix is kept as one of rows and one of columns.
///
///     β = t^(−κ),   r ← (1 − β)r + β·meanⱼ G²,   c ← (1 − β)c + β·meanᵢ G²,   V = r·cᵀ/max(mean r, ε₁);    vectors: V itself
///     U = G/max(√V, ε₁),   α = ρ·max(ε₂, rms W),   ρ = min(η, 1/√t)
///     W ← (1 − ηλ)W − α·U/max(1, rms(U)/d)
///
/// This is torch's form. `relative=false` takes ρ = η, `scaled=false` α = ρ; `momentum` averages the clipped update. Filters are
/// flattened to rows.
///
/// **Needs** gradients. **Keeps** one number a row and one a column of a matrix, one a parameter of a vector; one a parameter
/// more with momentum.
/// **Guarantee** none in general. **Reference** N. Shazeer, M. Stern, *Adafactor: adaptive learning rates with sublinear
/// memory cost*, ICML 2018, algorithms 4 to 6.
public struct Adafactor: CataloguedRule {
  /// η.
  public var rate = 0.01
  /// κ.
  public var exponent = 0.8
  /// ε₁.
  public var epsilon1 = 0x1p-23
  /// ε₂.
  public var epsilon2 = 1e-3
  /// d.
  public var clip = 1.0
  /// Factor of the average of updates; 0: none is kept.
  public var momentum = 0.0
  /// Whether ρ falls like 1/√t.
  public var isRelative = true
  /// Whether steps are measured by the parameters.
  public var isScaled = true
  /// λ.
  public var decay = 0.0

  public init() {}

  public static let card = Card(
    "adafactor", "factored second moments, steps measured by the parameters", guarantee: "none in general",
    reference: "Shazeer & Stern 2018", trials: [Trial("quadratic,n=10", answers: 5_000, value: 1e-4)])

  public static let settingsOfTensors: Set = ["relative"]

  public static let settings: [Setting<Self>] = [
    Setting("rate", \.rate, in: 1e-12...1e6, "learning rate, the largest where it is relative"),
    Setting("exponent", \.exponent, in: 0...10, "how fast the share of a new gradient falls"),
    Setting("epsilon1", \.epsilon1, in: 1e-30...1, "least root of the second moment"),
    Setting("epsilon2", \.epsilon2, in: 0...1, "least size that parameters count for"),
    Setting("clip", \.clip, in: 1e-6...1e12, "largest root mean square of an update"),
    Setting("momentum", \.momentum, in: 0...0.99999, "factor of the average of updates, 0 for none"),
    Setting("relative", \.isRelative, "whether the rate is at most one over the root of the step"),
    Setting("scaled", \.isScaled, "whether steps are measured by the parameters"),
    .decay(\.decay),
  ]

  /// What is remembered about one tensor.
  public struct Memory: Sendable, Codable {
    /// r, or V of a vector.
    public internal(set) var rows: Buffer<Float>
    /// c; empty for a vector.
    public internal(set) var columns: Buffer<Float>
    /// The average of updates; empty without momentum.
    public internal(set) var average: Buffer<Float>
  }

  public var wordsPerParameter: Double { momentum > 0 ? 1 : 0 }
  public var treatsTensorsAlone: Bool { true }

  public static func layout(of count: Int) -> Layout { Muon.layout(of: count) }

  /// Rows and columns; a vector is one row without columns.
  private func shape(_ slot: Layout.Slot) -> (rows: Int, columns: Int)? {
    guard let rows = slot.shape.first, rows > 1, slot.count > rows else { return nil }
    return (rows, slot.count / rows)
  }

  public func start(_ layout: Layout) -> [Memory] {
    layout.slots.map { slot in
      let matrix = shape(slot)
      return Memory(
        rows: Buffer(repeating: 0, count: matrix?.rows ?? slot.count),
        columns: Buffer(repeating: 0, count: matrix?.columns ?? 0),
        average: Buffer(repeating: 0, count: momentum > 0 ? slot.count : 0))
    }
  }

  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout [Memory], layout: Layout,
    context: StepContext
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    precondition(state.count == layout.slots.count, "the memory of the rule belongs to another layout")
    parameters.withUnsafeMutableBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        guard let p = parameters.baseAddress, let g = gradient.baseAddress else { return }
        for (index, slot) in layout.slots.enumerated() {
          step(p + slot.offset, g + slot.offset, slot, &state[index], context)
        }
      }
    }
  }

  private func step(
    _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ slot: Layout.Slot, _ memory: inout Memory,
    _ context: StepContext
  ) {
    let count = slot.count
    let share = Float(VectorMath.exp(-exponent * VectorMath.log(Double(context.step))))
    let rho = context.rateFactor * (isRelative ? min(rate, 1 / Double(context.step).squareRoot()) : rate)
    let size = (MatrixEngine.squares(p, count) / Double(count)).squareRoot()
    let alpha = isScaled ? rho * max(epsilon2, size) : rho
    let inverse =
      shape(slot).map { factored(g, $0.rows, $0.columns, &memory, share) } ?? whole(g, count, &memory, share)
    let length = (inverse.withUnsafeBufferPointer { squares($0, g) } / Double(count)).squareRoot()
    let factor = Float(1 / max(1, length / clip))
    let (keep, weight) = (Float(1 - context.rateFactor * rate * decay), Float(alpha))
    if momentum > 0 {
      precondition(memory.average.count == count, "the memory of the rule belongs to another layout")
      let (beta, rest) = (Float(momentum), Float(1 - momentum) * factor)
      for i in 0..<count {
        let next = beta * memory.average[i] + rest * (inverse[i] * g[i])
        memory.average[i] = next
        p[i] = keep * p[i] - weight * next
      }
    } else {
      let scale = weight * factor
      for i in 0..<count { p[i] = keep * p[i] - scale * (inverse[i] * g[i]) }
    }
  }

  /// Σ (xᵢgᵢ)².
  private func squares(_ x: UnsafeBufferPointer<Float>, _ g: UnsafePointer<Float>) -> Double {
    var total = 0.0
    for i in 0..<x.count {
      let u = Double(x[i] * g[i])
      total += u * u
    }
    return total
  }

  /// 1/max(√V, ε₁) of a matrix.
  private func factored(
    _ g: UnsafePointer<Float>, _ rows: Int, _ columns: Int, _ memory: inout Memory, _ share: Float
  ) -> [Float] {
    precondition(
      memory.rows.count == rows && memory.columns.count == columns, "the memory of the rule belongs to another layout")
    var sums = [Double](repeating: 0, count: columns)
    for i in 0..<rows {
      let row = g + i * columns
      var sum = 0.0
      for j in 0..<columns {
        let square = Double(row[j]) * Double(row[j])
        sum += square
        sums[j] += square
      }
      memory.rows[i] += share * (Float(sum / Double(columns)) - memory.rows[i])
    }
    for j in 0..<columns { memory.columns[j] += share * (Float(sums[j] / Double(rows)) - memory.columns[j]) }
    let mean = memory.rows.elements.reduce(0.0) { $0 + Double($1) } / Double(rows)
    let least = epsilon1
    // √V = √(r/mean r)·√c, each factor in the range of single precision.
    let right = memory.columns.elements.map { Double($0).squareRoot() }
    return [Float](unsafeUninitializedCapacity: rows * columns) { result, count in
      for i in 0..<rows {
        let left = (Double(memory.rows[i]) / max(mean, least)).squareRoot()
        for j in 0..<columns { result[i * columns + j] = Float(1 / max(left * right[j], least)) }
      }
      count = rows * columns
    }
  }

  /// 1/max(√V, ε₁) of a vector.
  private func whole(_ g: UnsafePointer<Float>, _ count: Int, _ memory: inout Memory, _ share: Float) -> [Float] {
    precondition(memory.rows.count == count, "the memory of the rule belongs to another layout")
    return (0..<count).map { i in
      memory.rows[i] += share * (g[i] * g[i] - memory.rows[i])
      return 1 / max(memory.rows[i].squareRoot(), Float(epsilon1))
    }
  }
}
