// SPDX-License-Identifier: Apache-2.0
public import GradusTensor

/// Attention with weights φ(qᵢ)·φ(kⱼ), φ(x) = elu(x) + 1, whose cost grows with the length of a text and not with its square:
///
///     yᵢ = φ(qᵢ)ᵀSᵢ / φ(qᵢ)ᵀzᵢ,   Sᵢ = Σⱼ φ(kⱼ)vⱼᵀ,   zᵢ = Σⱼ φ(kⱼ)      over j ≤ i when causal, else over all
///
/// [Q K V] = xA and the heads' answers times O as in `SelfAttention`. Cost: texts·positions·width·(depth + 64); a step of
/// generation costs the same wherever it is.
///
/// **Reference** A. Katharopoulos, A. Vyas, N. Pappas & F. Fleuret, *Transformers are RNNs*, ICML 2020, equations 7 to 12.
public struct LinearAttention: Layer {
  public var width: Int
  public var heads: Int
  public var isCausal: Bool
  /// How large O begins, as a multiple of LeCun's numbers.
  public var outputScale: Double

  public init(_ width: Int, heads: Int, isCausal: Bool = false, outputScale: Double = 1) {
    precondition(heads > 0 && width > 0 && width % heads == 0, "a width of \(width) does not split into \(heads) heads")
    self.width = width
    self.heads = heads
    self.isCausal = isCausal
    self.outputScale = outputScale
  }

  public var tensors: [ModelTensor] {
    [
      ModelTensor("inputs", inputs: width, outputs: 3 * width, .lecun(inputs: width)),
      ModelTensor("output", inputs: width, outputs: width, .normal(outputScale / Double(width).squareRoot())),
    ]
  }

  /// [texts, positions, width] → the same, each text from its beginning; nothing is remembered.
  public func callAsFunction(_ x: TracedTensor, _ parameters: ModelParameters) -> TracedTensor {
    mixed(x, from: nil, parameters).output
  }

  /// Positions behind those of which `memory` is [S z] of a causal layer; nil before the first.
  public func callAsFunction(
    _ x: TracedTensor, _ memory: inout Tensor?, _ parameters: ModelParameters
  ) throws -> TracedTensor {
    precondition(isCausal, "only causal attention reads a text piece by piece")
    let (output, sums) = mixed(x, from: memory.map { x.tape.constant($0) }, parameters)
    memory = try sums.value
    return output
  }

  /// z is the last column of S, for a last value of 1.
  private func mixed(
    _ x: TracedTensor, from start: TracedTensor?, _ parameters: ModelParameters
  ) -> (output: TracedTensor, sums: TracedTensor) {
    let all = x.matmul(parameters["inputs"])
    func part(_ k: Int) -> TracedTensor { all.slice(axis: 2, from: k * width, count: width).split(heads: heads) }
    let (q, k) = (Activation.elu(part(0)) + 1, Activation.elu(part(1)) + 1)
    let (texts, length, depth) = (x.shape[0], x.shape[1], width / heads)
    let one = x.tape.constant(Tensor(repeating: 1, [1], x.precision)).broadcast(to: [texts, heads, length, 1])
    let v = TracedTensor.concatenate([part(2), one], axis: 3)
    var sums = start
    var pieces: [TracedTensor] = []
    // Within a piece all pairs, before it the sums.
    let size = isCausal ? min(length, 64) : length
    for first in stride(from: 0, to: length, by: size) {
      let count = min(size, length - first)
      func piece(_ x: TracedTensor) -> TracedTensor { x.slice(axis: 2, from: first, count: count) }
      let (qs, ks, vs) = (piece(q), piece(k), piece(v))
      let more = ks.transposed().matmul(vs)
      if isCausal {
        let below = Tensor((0..<count * count).map { $0 % count <= $0 / count ? 1.0 : 0 }, [count, count])
        let mask = x.tape.constant(below.copied(to: x.precision))
        let near = (qs.matmul(ks.transposed()) * mask).matmul(vs)
        pieces.append(sums.map { near + qs.matmul($0) } ?? near)
      } else {
        pieces.append(qs.matmul(more))
      }
      sums = sums.map { $0 + more } ?? more
    }
    let total = pieces.count == 1 ? pieces[0] : TracedTensor.concatenate(pieces, axis: 2)
    let y = total.slice(axis: 3, from: 0, count: depth) / total.slice(axis: 3, from: depth, count: 1)
    guard let sums else { preconditionFailure("attention over no positions") }
    return (y.joinedHeads().matmul(parameters["output"]), sums)
  }
}
