// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The lowest modes of the discrete Fourier transform of real signals, as two products with dense matrices.
///
/// Forward: cₖ = Σⱼ xⱼ e^(−2πijk/n) for 0 ≤ k < modes ≤ n/2 + 1. Inverse: the real signal that has these modes and no
/// others. Cost: 4·n·modes operations a signal, by the BLAS.
public struct TruncatedTransform: Sendable {
  /// The length of a signal.
  public let points: Int
  /// How many of the lowest modes are kept.
  public let modes: Int
  private let cosines: Tensor
  private let sines: Tensor
  private let inverseCosines: Tensor
  private let inverseSines: Tensor

  /// A transform of signals of `points` real numbers to `modes` complex ones.
  public init(points: Int, modes: Int, _ precision: Precision = .single) {
    precondition(points > 0 && modes > 0 && modes <= points / 2 + 1, "a signal of \(points) has at most n/2 + 1 modes")
    self.points = points
    self.modes = modes
    var tables = [[Double]](repeating: [Double](repeating: 0, count: points * modes), count: 4)
    for j in 0..<points {
      for k in 0..<modes {
        let angle = 2 * Double.pi * Double(j * k % points) / Double(points)
        // Each mode but the first, and the last of an even number of points, stands for its conjugate too.
        let weight = (k == 0 || 2 * k == points ? 1 : 2) / Double(points)
        tables[0][j * modes + k] = cos(angle)
        tables[1][j * modes + k] = -sin(angle)
        tables[2][k * points + j] = weight * cos(angle)
        tables[3][k * points + j] = -weight * sin(angle)
      }
    }
    func tensor(_ index: Int, _ shape: TensorShape) -> Tensor { Tensor(tables[index], shape).copied(to: precision) }
    cosines = tensor(0, [points, modes])
    sines = tensor(1, [points, modes])
    inverseCosines = tensor(2, [modes, points])
    inverseSines = tensor(3, [modes, points])
  }

  /// Real and imaginary parts [.., modes] of signals [.., points].
  public func forward(_ x: TracedTensor) -> (real: TracedTensor, imaginary: TracedTensor) {
    (x.matmul(x.tape.constant(cosines)), x.matmul(x.tape.constant(sines)))
  }

  /// Signals [.., points] from modes [.., modes].
  public func inverse(_ real: TracedTensor, _ imaginary: TracedTensor) -> TracedTensor {
    real.matmul(real.tape.constant(inverseCosines)) + imaginary.matmul(real.tape.constant(inverseSines))
  }
}
