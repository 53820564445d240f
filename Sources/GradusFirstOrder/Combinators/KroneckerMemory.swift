// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

/// The curvature of one product of a network as a Kronecker product, from signals that were heard.
public struct KroneckerMemory: Sendable, Codable {
  /// The tensor of the weights, and of the bias.
  public let weights: String
  public let bias: String?
  private let isTransposed: Bool
  /// n with the 1 of a bias, and m.
  private let inputCount: Int
  private let outputCount: Int
  /// A and S, by columns.
  private var inputs: Buffer<Double>
  private var signals: Buffer<Double>
  private var batches = 0
  /// Q_A, Q_S and Λ, by columns; empty before the first basis.
  private var inputBasis: Buffer<Double> = []
  private var signalBasis: Buffer<Double> = []
  private var values: Buffer<Double> = []
  /// α and σ of the basis.
  private var inputValues: Buffer<Double> = []
  private var signalValues: Buffer<Double> = []

  init(_ signal: ProductSignals) {
    (weights, bias, isTransposed) = (signal.weights, signal.bias, signal.isTransposed)
    (inputCount, outputCount) = (signal.inputCount + (signal.bias == nil ? 0 : 1), signal.outputCount)
    inputs = Buffer(repeating: 0, count: inputCount * inputCount)
    signals = Buffer(repeating: 0, count: outputCount * outputCount)
  }

  /// Whether the signals belong to tensors of this layout.
  static func fits(_ signal: ProductSignals, _ layout: Layout) -> Bool {
    let (n, m) = (signal.inputCount, signal.outputCount)
    guard n > 0, m > 0, signal.examples > 0, layout[signal.weights]?.count == n * m,
      signal.bias.map({ layout[$0]?.count == m }) ?? true
    else { return false }
    let rows = signal.inputs.count / n
    return rows > 0 && rows % signal.examples == 0 && signal.inputs.count == rows * n
      && signal.signals.count == rows * m
  }

  var isReady: Bool { !values.elements.isEmpty }

  /// Moving averages of A and S; a new basis, or better eigenvalues in the one that there is.
  mutating func observe(_ signal: ProductSignals, _ share: Double, isNewBasis: Bool, isCorrected: Bool) {
    let (n, m) = (inputCount, outputCount)
    guard signal.inputCount + (signal.bias == nil ? 0 : 1) == n, signal.outputCount == m else { return }
    let count = signal.signals.count / m
    // Rows as columns: a with its 1, and d.
    var a = Matrix(rowCount: n, columnCount: count)
    for i in 0..<count {
      for j in 0..<signal.inputCount { a[j, i] = Double(signal.inputs.elements[i * signal.inputCount + j]) }
      if bias != nil { a[n - 1, i] = 1 }
    }
    let d = Matrix(rowCount: m, columnCount: count, elements: signal.signals.elements.map { Double($0) })
    guard a.isFinite, d.isFinite else { return }
    let weight = batches == 0 ? 1 : share
    func average(_ old: inout Buffer<Double>, _ x: Matrix) {
      let square = x.times(x.transposed, on: .best())
      for i in old.elements.indices {
        old.elements[i] += weight * (square.elements[i] / Double(count) - old.elements[i])
      }
    }
    average(&inputs, a)
    average(&signals, d)
    batches += 1
    if isNewBasis || !isReady { renew() }
    if isCorrected, isReady { correct(a, d, signal.examples, share) }
  }

  private mutating func renew() {
    guard let a = try? SymmetricEigen(Matrix(rowCount: inputCount, columnCount: inputCount, elements: inputs.elements)),
      let s = try? SymmetricEigen(Matrix(rowCount: outputCount, columnCount: outputCount, elements: signals.elements))
    else { return }
    (inputBasis, signalBasis) = (Buffer(a.vectors.elements), Buffer(s.vectors.elements))
    inputValues = Buffer(a.values.elements.map { max(0, $0) })
    signalValues = Buffer(s.values.elements.map { max(0, $0) })
    values = Buffer(inputValues.elements.flatMap { α in signalValues.elements.map { $0 * α } })
  }

  /// Λ towards the mean of (Q_SᵀVᵢQ_A)² of these observations.
  private mutating func correct(_ a: Matrix, _ d: Matrix, _ examples: Int, _ share: Double) {
    let (qa, qs) = (basis(inputBasis, inputCount), basis(signalBasis, outputCount))
    let (x, y) = (qa.transposed.times(a, on: .best()), qs.transposed.times(d, on: .best()))
    let positions = a.columnCount / examples
    var sum = Matrix(rowCount: outputCount, columnCount: inputCount)
    if positions == 1 {
      func squared(_ x: Matrix) -> Matrix {
        Matrix(rowCount: x.rowCount, columnCount: x.columnCount, elements: x.elements.map { $0 * $0 })
      }
      sum = squared(y).times(squared(x).transposed, on: .best())
    } else {
      for i in 0..<examples {
        func own(_ z: Matrix) -> Matrix {
          let range = i * positions * z.rowCount..<(i + 1) * positions * z.rowCount
          return Matrix(rowCount: z.rowCount, columnCount: positions, elements: Array(z.elements[range]))
        }
        let gradient = own(y).times(own(x).transposed, on: .best())
        for k in sum.elements.indices { sum.elements[k] += gradient.elements[k] * gradient.elements[k] }
      }
    }
    for k in values.elements.indices {
      values.elements[k] += share * (sum.elements[k] / Double(examples) - values.elements[k])
    }
  }

  private func basis(_ elements: Buffer<Double>, _ n: Int) -> Matrix {
    Matrix(rowCount: n, columnCount: n, elements: elements.elements)
  }

  /// D in the basis, by columns.
  private func denominators(_ damping: Double, _ isCorrected: Bool) -> [Double] {
    let (n, m) = (Double(inputCount), Double(outputCount))
    let (α, σ) = (inputValues.elements, signalValues.elements)
    let (meanA, meanS) = (α.reduce(0, +) / n, σ.reduce(0, +) / m)
    // A product that nothing has reached has no curvature: its gradient is zero and stays so.
    let λ = meanA * meanS > 0 ? damping * meanA * meanS : 1
    if isCorrected { return values.elements.map { $0 + λ } }
    let ratio = meanA > 0 && meanS > 0 ? (meanA / meanS).squareRoot() : 1
    let root = λ.squareRoot()
    return α.flatMap { a in σ.map { ($0 + root / ratio) * (a + ratio * root) } }
  }

  /// G ← Q_S((Q_SᵀGQ_A)/D)Q_Aᵀ; the inner product of both.
  func divide(_ gradient: inout [Float], _ layout: Layout, damping: Double, isCorrected: Bool) -> Double {
    let g = matrix(gradient, layout)
    let (qa, qs) = (basis(inputBasis, inputCount), basis(signalBasis, outputCount))
    var rotated = qs.transposed.times(g, on: .best()).times(qa, on: .best())
    let denominators = denominators(damping, isCorrected)
    for k in rotated.elements.indices { rotated.elements[k] /= denominators[k] }
    let divided = qs.times(rotated, on: .best()).times(qa.transposed, on: .best())
    guard divided.isFinite else { return 0 }
    forEachPlace(layout) { i, j, place in gradient[place] = Float(divided[i, j]) }
    return dot(g.elements.span, divided.elements.span)
  }

  /// The gradient of this product times a factor.
  func scale(_ gradient: inout [Float], _ layout: Layout, _ factor: Float) {
    forEachPlace(layout) { _, _, place in gradient[place] *= factor }
  }

  private func matrix(_ gradient: [Float], _ layout: Layout) -> Matrix {
    var matrix = Matrix(rowCount: outputCount, columnCount: inputCount)
    forEachPlace(layout) { i, j, place in matrix[i, j] = Double(gradient[place]) }
    return matrix
  }

  /// Calls `body` with row, column and place in the flat buffer of each number.
  private func forEachPlace(_ layout: Layout, _ body: (Int, Int, Int) -> Void) {
    guard let slot = layout[weights] else { return }
    let (m, width) = (outputCount, inputCount - (bias == nil ? 0 : 1))
    for j in 0..<width {
      for i in 0..<m { body(i, j, slot.offset + (isTransposed ? i * width + j : j * m + i)) }
    }
    guard let bias, let slot = layout[bias] else { return }
    for i in 0..<m { body(i, width, slot.offset + i) }
  }
}
