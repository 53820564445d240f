// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// A function of sets: the order of elements does not matter.
///
///     y = ρ( pool over i of max(0, φ(xᵢ)) )
///
/// Pooling is the mean, the sum, or an average whose weights softmax(⟨w, hᵢ⟩) are learned (attention). φ and ρ are
/// perceptrons. Elements [n, size, width], a mask [n, size] of 1 (there) and 0 (filled up) for sets of different sizes; of an
/// empty set the pool is 0, by attention the mean of what fills it up.
///
/// **Reference** M. Zaheer et al., *Deep sets*, NeurIPS 2017; J. Lee et al., *Set transformer*, ICML 2019.
public struct SetEncoder: ModelPart {
  /// How the elements of a set become one vector.
  public enum Pooling: String, Sendable, Codable, Hashable, CaseIterable { case mean, sum, attention }

  public var element: Perceptron
  public var whole: Perceptron
  public var pooling: Pooling

  /// φ: width → hidden → hidden; ρ: hidden → hidden → outputs.
  public init(width: Int, hidden: Int, outputs: Int, pooling: Pooling = .mean) {
    element = Perceptron(widths: [width, hidden, hidden])
    whole = Perceptron(widths: [hidden, hidden, outputs])
    self.pooling = pooling
  }

  private var hidden: Int { whole.widths[0] }
  private var scoring: Linear { Linear(hidden, 1, bias: false) }

  public var tensors: [ModelTensor] {
    element.tensors("element") + whole.tensors("whole") + (pooling == .attention ? scoring.tensors("attention") : [])
  }

  /// [sets, size, width] → [sets, outputs]. `mask` is [sets, size]; nil means that every element is there.
  public func callAsFunction(
    _ x: TracedTensor, mask: TracedTensor? = nil, _ parameters: ModelParameters
  ) -> TracedTensor {
    let h = element(x, parameters.part("element")).relu()
    let shape: TensorShape = [x.shape[0], x.shape[1], 1]
    let there = mask?.reshaped(shape)
    var pooled: TracedTensor
    switch pooling {
    case .mean, .sum:
      pooled = (there.map { h * $0 } ?? h).sum(over: [1])
      if pooling == .mean {
        if let there {
          let sizes = there.sum(over: [1])
          pooled = pooled / sizes.maximum(sizes.constant([1], []))
        } else {
          pooled = pooled * (1 / Double(max(1, x.shape[1])))
        }
      }
    case .attention:
      var scores = scoring(h, parameters.part("attention"))
      if let there { scores = scores.constant([-1e9], []).broadcast(to: shape).replacing(where: there, with: scores) }
      pooled = (h * scores.softmax(axis: 1)).sum(over: [1])
    }
    return whole(pooled, parameters.part("whole"))
  }
}

/// A set encoder as a model: an observation is `size` elements of `width` features, one behind the other, or of one more
/// that is 1 for an element and 0 for what fills up a smaller set.
public struct SetNetwork: Network {
  public var encoder: SetEncoder
  public var size: Int
  public var hasMask: Bool

  public init(_ encoder: SetEncoder, size: Int, hasMask: Bool = false) {
    precondition(size > 0, "a set has room for at least one element")
    self.encoder = encoder
    self.size = size
    self.hasMask = hasMask
  }

  public var tensors: [ModelTensor] { encoder.tensors }

  public func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    guard let features = batch.features else { preconditionFailure("a set network is shown features, not tokens") }
    let width = encoder.element.widths[0], n = features.shape[0]
    let elements = features.reshaped([n, size, hasMask ? width + 1 : width])
    guard hasMask else { return encoder(elements, parameters) }
    let mask = elements.slice(axis: 2, from: width, count: 1).reshaped([n, size])
    return encoder(elements.slice(axis: 2, from: 0, count: width), mask: mask, parameters)
  }
}
