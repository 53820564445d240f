// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics
public import GradusTensor

/// Codes that follow the vectors they stand for by moving averages, beside the parameters that gradients change.
///
///     Nₖ ← γNₖ + (1 − γ)nₖ,   Mₖ ← γMₖ + (1 − γ)Σ_{z nearest to k} z,   code k = Mₖ/Nₖ
///
/// A code whose Nₖ falls below `restart` (vectors of a batch) is dead: it becomes a vector of the batch, drawn from the
/// stream. Averages begin at one vector a code.
///
/// **Reference** A. van den Oord, O. Vinyals & K. Kavukcuoglu, *Neural discrete representation learning*, NeurIPS 2017,
/// appendix A.1; restarts as in P. Dhariwal et al., arXiv:2005.00341, section 3.1.
public struct Codebook: Sendable, Codable, Hashable {
  public let width: Int
  /// γ.
  public var decay: Double
  /// Averages below this are of dead codes; 0 keeps all.
  public var restart: Double
  /// One code behind the other.
  public private(set) var codes: [Float]
  private var counts: [Double]
  private var sums: [Double]

  public init(codes: [Float], width: Int, decay: Double = 0.99, restart: Double = 0) {
    precondition(width > 0 && !codes.isEmpty && codes.count % width == 0, "codes of \(width) numbers")
    precondition((0..<1).contains(decay) && restart >= 0, "a decay from 0 to below 1")
    self.width = width
    self.codes = codes
    self.decay = decay
    self.restart = restart
    counts = [Double](repeating: 1, count: codes.count / width)
    sums = codes.map { Double($0) }
  }

  /// Different vectors of a first batch as codes.
  public init(
    drawing count: Int, from vectors: [Float], width: Int, decay: Double = 0.99, restart: Double = 0,
    _ stream: inout RandomStream
  ) {
    precondition(count > 0 && vectors.count >= count * width, "\(count) codes are drawn from as many vectors or more")
    let order = stream.permutation(vectors.count / width).prefix(count)
    self.init(
      codes: order.flatMap { vectors[$0 * width..<($0 + 1) * width] }, width: width, decay: decay, restart: restart)
  }

  public var count: Int { counts.count }

  /// The number of the nearest code of each vector; equal distances go to the smaller number. O(vectors · codes · width).
  public func nearest(_ vectors: [Float]) -> [Int] { Self.nearest(vectors, codes, width) }

  static func nearest(_ vectors: [Float], _ codes: [Float], _ width: Int) -> [Int] {
    let count = vectors.count / width
    return vectors.withUnsafeBufferPointer { z in
      codes.withUnsafeBufferPointer { c in
        (0..<count).map { i in
          var (best, least) = (0, Float.infinity)
          for k in 0..<c.count / width {
            var d: Float = 0
            for j in 0..<width {
              let r = z[i * width + j] - c[k * width + j]
              d += r * r
            }
            if d < least { (best, least) = (k, d) }
          }
          return best
        }
      }
    }
  }

  /// Follows a batch whose vectors were given these codes. Returns the codes that were dead and begin anew.
  @discardableResult
  public mutating func follow(_ vectors: [Float], _ assigned: [Int], _ stream: inout RandomStream) -> [Int] {
    precondition(vectors.count == assigned.count * width, "\(assigned.count) numbers of codes for other vectors")
    for k in counts.indices { counts[k] *= decay }
    for j in sums.indices { sums[j] *= decay }
    for (i, k) in assigned.enumerated() {
      counts[k] += 1 - decay
      for j in 0..<width { sums[k * width + j] += (1 - decay) * Double(vectors[i * width + j]) }
    }
    var dead: [Int] = []
    for k in counts.indices {
      if counts[k] < restart, !assigned.isEmpty {
        let i = stream.integer(below: assigned.count)
        counts[k] = 1
        for j in 0..<width { sums[k * width + j] = Double(vectors[i * width + j]) }
        dead.append(k)
      }
      for j in 0..<width { codes[k * width + j] = Float(sums[k * width + j] / max(counts[k], 1e-30)) }
    }
    return dead
  }

  /// Each vector [n, width] replaced by its code. The gradient passes as if nothing had been replaced (straight through);
  /// `penalty` is the commitment 1/(n·width) Σ|z − code|², which holds vectors near their codes and is to be weighted
  /// (0.25 in the paper).
  public func quantized(_ z: TracedTensor) throws -> (codes: TracedTensor, penalty: TracedTensor, numbers: [Int]) {
    let numbers = nearest(try z.value.floats)
    let flat = numbers.flatMap { codes[$0 * width..<($0 + 1) * width].map { Double($0) } }
    let q = z.constant(flat, z.shape)
    return (z + (q - z).stopGradient(), (z - q).squared().mean(), numbers)
  }
}
