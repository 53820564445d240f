// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// How the numbers of a tensor begin.
public enum Initializer: Sendable, Codable, Hashable {
  case constant(Double)
  /// The last axis in as many equal blocks as there are numbers, each block constant: the gates of a recurrent layer.
  case blocks([Double])
  /// Normal numbers with this standard deviation.
  case normal(Double)
  /// Normal numbers with this standard deviation; one beyond two of them is drawn again.
  case truncatedNormal(Double)
  /// Uniform numbers between −limit and limit.
  case uniform(Double)
  /// This factor times a matrix with orthonormal rows or columns, whichever are fewer: first axis by the product of the
  /// rest, uniform among such matrices.
  ///
  /// **Reference** A. Saxe, J. McClelland & S. Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep
  /// linear neural networks*, ICLR 2014.
  case orthogonal(Double)

  /// Normal numbers that keep the size of signals before a rectifier: σ = √(2/inputs).
  ///
  /// **Reference** K. He, X. Zhang, S. Ren & J. Sun, *Delving deep into rectifiers*, ICCV 2015.
  public static func he(inputs: Int) -> Initializer { .normal((2 / Double(inputs)).squareRoot()) }

  /// Uniform numbers of the same variance: limit √(6/inputs).
  public static func heUniform(inputs: Int) -> Initializer { .uniform((6 / Double(inputs)).squareRoot()) }

  /// Normal numbers that keep the size of signals in a linear map: σ = 1/√inputs.
  public static func lecun(inputs: Int) -> Initializer { .normal(1 / Double(inputs).squareRoot()) }

  /// Uniform numbers of the same variance: limit √(3/inputs).
  public static func lecunUniform(inputs: Int) -> Initializer { .uniform((3 / Double(inputs)).squareRoot()) }

  /// Normal numbers that keep the size of signals on both ways: σ = √(2/(inputs + outputs)).
  ///
  /// **Reference** X. Glorot & Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
  /// AISTATS 2010.
  public static func glorot(inputs: Int, outputs: Int) -> Initializer {
    .normal((2 / Double(inputs + outputs)).squareRoot())
  }

  /// Uniform numbers of the same variance: limit √(6/(inputs + outputs)).
  public static func glorotUniform(inputs: Int, outputs: Int) -> Initializer {
    .uniform((6 / Double(inputs + outputs)).squareRoot())
  }

  /// The numbers of a tensor of this shape, row-major.
  public func numbers(_ shape: [Int], _ stream: RandomStream) -> [Float] {
    let count = shape.reduce(1, *)
    var stream = stream
    switch self {
    case .constant(let value): return [Float](repeating: Float(value), count: count)
    case .blocks(let values):
      let width = shape.last ?? 1
      precondition(!values.isEmpty && width % values.count == 0, "\(width) numbers in \(values.count) equal blocks")
      return (0..<count).map { Float(values[$0 % width / (width / values.count)]) }
    case .normal(let deviation): return (0..<count).map { _ in Float(deviation * stream.normal()) }
    case .truncatedNormal(let deviation):
      return (0..<count).map { _ in
        while true {
          let number = stream.normal()
          if number.magnitude <= 2 { return Float(deviation * number) }
        }
      }
    case .uniform(let limit): return (0..<count).map { _ in Float(stream.uniform(-limit, limit)) }
    case .orthogonal(let factor):
      let rows = shape.first ?? 1
      return Self.orthonormal(rows, count / max(1, rows), &stream).map { Float(factor * $0) }
    }
  }

  /// Gram–Schmidt on normal vectors, twice, which leaves them orthogonal to rounding.
  private static func orthonormal(_ rows: Int, _ columns: Int, _ stream: inout RandomStream) -> [Double] {
    let (count, length) = (min(rows, columns), max(rows, columns))
    var vectors: [[Double]] = []
    while vectors.count < count {
      var vector = (0..<length).map { _ in stream.normal() }
      for _ in 0..<2 {
        for other in vectors {
          let share = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for i in 0..<length { vector[i] -= share * other[i] }
        }
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for i in 0..<length { vector[i] /= norm }
      }
      vectors.append(vector)
    }
    if rows <= columns { return vectors.flatMap { $0 } }
    return (0..<rows * columns).map { vectors[$0 % columns][$0 / columns] }
  }
}
