// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Each vector replaced by the nearest of K codes that are trained by gradients.
///
///     q = nearest code,   y = z + sg(q − z),   added to the loss: 1/(nd) Σ( |sg(z) − q|² + β|z − sg(q)|² )
///
/// sg passes no gradient: to z the replacement looks like nothing (straight through), codes move to the vectors they stand
/// for, and vectors commit to codes. Codes that follow by moving averages instead are a `Codebook`.
///
/// **Reference** A. van den Oord, O. Vinyals & K. Kavukcuoglu, NeurIPS 2017, equation 3.
public struct VectorQuantizer: Layer {
  public var codes: Int
  public var width: Int
  /// β.
  public var commitment: Double
  /// Deviation of codes at the begin.
  public var deviation: Double

  public init(codes: Int, width: Int, commitment: Double = 0.25, deviation: Double = 1) {
    precondition(codes > 0 && width > 0 && commitment >= 0, "codes of at least one number")
    self.codes = codes
    self.width = width
    self.commitment = commitment
    self.deviation = deviation
  }

  public var tensors: [ModelTensor] { [ModelTensor("codes", [codes, width], .normal(deviation))] }

  /// [.., width] → the same shape, each vector replaced by its nearest code; while training both penalties are added to
  /// what is minimized. Costs vectors·codes·width multiplications for the search.
  public func callAsFunction(_ z: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    let table = parameters["codes"]
    // A computation that failed before passes its error on.
    guard let vectors = try? z.value.floats, let numbers = try? table.value.floats else { return z }
    let nearest = TensorIndices(Codebook.nearest(vectors, numbers, width))
    let q = table.rows(nearest).reshaped(z.shape)
    if parameters.isTraining {
      let toCodes = (z.stopGradient() - q).squared().mean(), toVectors = (z - q.stopGradient()).squared().mean()
      parameters.add(penalty: toCodes + toVectors * commitment)
    }
    return z + (q - z).stopGradient()
  }
}
