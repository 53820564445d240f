// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLinearAlgebra
import GradusNumerics

/// The curvature of one product's weights and bias, with where they lie in the model.
struct CurvatureBlock: Sendable {
  let weights: String
  let bias: String?
  private let isTransposed: Bool
  private var basis: KroneckerEigenbasis

  /// From the second moments of inputs and signals.
  init(_ factors: CurvatureFactors) throws {
    weights = factors.weights
    bias = factors.bias
    isTransposed = factors.isTransposed
    basis = try factors.curvature.eigenbasis()
  }

  /// Λ from the gradients of single observations: sums over their positions.
  mutating func correct(_ signal: NetworkSignal) {
    let positions = signal.inputs.rowCount / max(1, signal.examples)
    if positions <= 1 { return basis.correct(inputs: signal.inputs, cotangents: signal.cotangents) }
    basis.correct(
      gradients: (0..<signal.examples).map { i in
        let range = i * positions..<(i + 1) * positions
        return signal.cotangents.rows(range).transposed.times(signal.inputs.rows(range))
      })
  }

  /// The part of a flat gradient that belongs to this product, as a vector of the matrix [out, in].
  func vector(_ gradient: Buffer<Float>, _ layout: Layout) -> Vector {
    let (m, n) = (basis.cotangents.rowCount, basis.inputs.rowCount)
    var matrix = Matrix(rowCount: m, columnCount: n)
    guard let slot = layout[weights] else { return Vector(matrix.elements) }
    let width = slot.count / m
    for i in 0..<m {
      for j in 0..<width {
        let place = isTransposed ? i * width + j : j * m + i
        matrix[i, j] = Double(gradient.elements[slot.offset + place])
      }
    }
    if let bias, let slot = layout[bias] {
      for i in 0..<m { matrix[i, n - 1] = Double(gradient.elements[slot.offset + i]) }
    }
    return Vector(matrix.elements)
  }

  /// Puts the matrix [out, in] back where it belongs in a flat gradient.
  func place(_ v: Vector, into flat: inout Vector, _ layout: Layout) {
    let (m, n) = (basis.cotangents.rowCount, basis.inputs.rowCount)
    let matrix = Matrix(rowCount: m, columnCount: n, elements: v.elements)
    guard let slot = layout[weights] else { return }
    let width = slot.count / m
    for i in 0..<m {
      for j in 0..<width { flat[slot.offset + (isTransposed ? i * width + j : j * m + i)] = matrix[i, j] }
    }
    if let bias, let slot = layout[bias] {
      for i in 0..<m { flat[slot.offset + i] = matrix[i, n - 1] }
    }
  }

  /// λ = 0.1 mean Λ. A product that no observation reaches has no curvature; any positive number keeps its zeros.
  var damping: Double {
    let usual = basis.usualDamping
    return usual > 0 ? usual : 1
  }

  /// (G + λI)⁻¹V.
  func solve(_ v: Vector) -> Vector {
    let matrix = Matrix(
      rowCount: basis.cotangents.rowCount, columnCount: basis.inputs.rowCount, elements: v.elements)
    return Vector(basis.solve(matrix, damping: damping).elements)
  }
}

/// Second moments of the inputs and signals of one product.
struct CurvatureFactors {
  let weights: String
  let bias: String?
  let isTransposed: Bool
  private(set) var curvature: KroneckerCurvature

  init(_ signal: NetworkSignal) {
    weights = signal.weights
    bias = signal.bias
    isTransposed = signal.isTransposed
    curvature = KroneckerCurvature(
      outputCount: signal.cotangents.columnCount, inputCount: signal.inputs.columnCount, share: nil)
  }

  mutating func add(_ signal: NetworkSignal) {
    curvature.observe(inputs: signal.inputs, cotangents: signal.cotangents)
  }
}

extension Matrix {
  /// Some rows.
  fileprivate func rows(_ range: Range<Int>) -> Matrix {
    var part = Matrix(rowCount: range.count, columnCount: columnCount)
    for j in 0..<columnCount {
      for i in range { part[i - range.lowerBound, j] = self[i, j] }
    }
    return part
  }
}
