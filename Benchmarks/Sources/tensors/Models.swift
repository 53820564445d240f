// SPDX-License-Identifier: Apache-2.0
import GradusTensor

/// The two models of the peers' program, with the same numbers.
enum Models {
  /// Element j is s·√3·(2·(h + ½)/2³² − 1) with h a hash of j and k, in double precision and rounded.
  static func fill(_ k: Int, _ shape: TensorShape, _ s: Double) -> Tensor {
    let elements = (0..<shape.count).map { j -> Float in
      var h = UInt32(truncatingIfNeeded: (j + 1) &* 2_654_435_761) &+ UInt32(truncatingIfNeeded: (k + 1) &* 0x9E37_79B9)
      h ^= h >> 16
      h = h &* 0x85EB_CA6B
      h ^= h >> 13
      h = h &* 0xC2B2_AE35
      h ^= h >> 16
      return Float(s * (3.0).squareRoot() * (2 * ((Double(h) + 0.5) / 4_294_967_296) - 1))
    }
    return Tensor(elements, shape)
  }

  /// A loss of parameters, on a tape.
  struct Model {
    let name: String
    let parameters: [Tensor]
    let data: [Tensor]
    let loss: (TensorTape, [TracedTensor], [TracedTensor]) -> TracedTensor
    /// The products of matrices alone: rows, inner extent, columns, how many.
    let products: [(m: Int, k: Int, n: Int, count: Int)]
  }

  static func perceptron() -> Model {
    let dims = [784, 256, 256, 10]
    let weights = (0..<3).map { fill($0, [dims[$0], dims[$0 + 1]], (2 / Double(dims[$0])).squareRoot()) }
    let biases = (0..<3).map { Tensor(repeating: 0, [dims[$0 + 1]]) }
    let labels = TensorIndices((0..<128).map { 7 * $0 % 10 })
    var products: [(m: Int, k: Int, n: Int, count: Int)] = []
    linear(128, 784, 256, into: &products, input: false)
    linear(128, 256, 256, into: &products)
    linear(128, 256, 10, into: &products)
    return Model(
      name: "mlp", parameters: weights + biases, data: [fill(100, [128, 784], 1)],
      loss: { _, p, data in
        data[0].linear(p[0], p[3], rectified: true).linear(p[1], p[4], rectified: true).linear(p[2], p[5])
          .crossEntropy(labels)
      }, products: products)
  }

  private static func linear(
    _ m: Int, _ k: Int, _ n: Int, into products: inout [(m: Int, k: Int, n: Int, count: Int)], input: Bool = true
  ) {
    products.append((m, k, n, 1))
    products.append((k, m, n, 1))
    if input { products.append((m, n, k, 1)) }
  }

  static func transformer() -> Model {
    let d = 128, layers = 4, heads = 4, vocabulary = 256, time = 64, batch = 16, inner = 512
    let s = 1 / Double(d).squareRoot()
    var parameters = [fill(0, [vocabulary, d], 0.02), fill(1, [time, d], 0.02)]
    for i in 0..<layers {
      let k = 2 + 4 * i
      parameters += [
        fill(k, [d, 3 * d], s), fill(k + 1, [d, d], s), fill(k + 2, [d, inner], s),
        fill(k + 3, [inner, d], 1 / Double(inner).squareRoot()),
      ]
    }
    parameters.append(fill(18, [d, vocabulary], s))
    for _ in 0..<2 * layers + 1 { parameters += [Tensor(repeating: 1, [d]), Tensor(repeating: 0, [d])] }
    func token(_ b: Int, _ t: Int) -> Int32 { Int32((b * 31 + t * 17 + t * t * 3) % vocabulary) }
    let pairs = (0..<batch).flatMap { b in (0..<time).map { (b, $0) } }
    let tokens = TensorIndices(pairs.map { token($0.0, $0.1) }, [batch, time])
    let targets = TensorIndices(pairs.map { token($0.0, $0.1 + 1) }, [batch, time])
    let output = 2 + 4 * layers
    var products: [(m: Int, k: Int, n: Int, count: Int)] = []
    for _ in 0..<layers {
      linear(batch * time, d, 3 * d, into: &products)
      linear(batch * time, d, d, into: &products)
      linear(batch * time, d, inner, into: &products)
      linear(batch * time, inner, d, into: &products)
      let count = batch * heads
      for _ in 0..<3 { products += [(time, 32, time, count), (time, time, 32, count)] }
    }
    linear(batch * time, d, vocabulary, into: &products)
    return Model(
      name: "tf", parameters: parameters, data: [],
      loss: { _, p, _ in
        func norm(_ x: TracedTensor, _ i: Int) -> TracedTensor {
          x.layerNorm(gain: p[output + 1 + 2 * i], bias: p[output + 2 + 2 * i])
        }
        var x = p[0].rows(tokens) + p[1]
        for i in 0..<layers {
          let k = 2 + 4 * i
          x = x + norm(x, 2 * i).matmul(p[k]).selfAttention(heads: heads, isCausal: true).matmul(p[k + 1])
          x = x + norm(x, 2 * i + 1).matmul(p[k + 2]).gelu().matmul(p[k + 3])
        }
        return norm(x, 2 * layers).matmul(p[output]).crossEntropy(targets)
      }, products: products)
  }
}
