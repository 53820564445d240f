// SPDX-License-Identifier: Apache-2.0

/// The two forms of an `.nl` file behind one face, as `NLScanner` for reading.
struct NLOutput {
  let isBinary: Bool
  private(set) var bytes: [UInt8] = []

  init(isBinary: Bool) { self.isBinary = isBinary }

  /// A line of text in both forms.
  mutating func text(_ line: String) {
    bytes.append(contentsOf: line.utf8)
    bytes.append(10)
  }

  /// A letter and the integers behind it: `J0 4`, `o2`, `v7`.
  mutating func line(_ letter: Unicode.Scalar, _ numbers: Int...) {
    bytes.append(UInt8(truncatingIfNeeded: letter.value))
    for (k, number) in numbers.enumerated() {
      if !isBinary && k > 0 { bytes.append(0x20) }
      integer(number)
    }
    if !isBinary { bytes.append(10) }
  }

  /// An integer of its own line: the length of a list, an entry of k.
  mutating func line(_ number: Int) {
    integer(number)
    if !isBinary { bytes.append(10) }
  }

  /// A constant in an expression.
  mutating func constant(_ value: Double) {
    bytes.append(0x6E)
    real(value)
    if !isBinary { bytes.append(10) }
  }

  /// A position and a number.
  mutating func pair(_ index: Int, _ value: Double) {
    integer(index)
    if !isBinary { bytes.append(0x20) }
    real(value)
    if !isBinary { bytes.append(10) }
  }

  /// The limits of a row or a variable.
  mutating func limits(_ lower: Double, _ upper: Double) {
    let (code, values): (UInt8, [Double]) =
      switch (lower == -.infinity, upper == .infinity) {
      case (true, true): (0x33, [])
      case (true, false): (0x31, [upper])
      case (false, true): (0x32, [lower])
      case (false, false): lower == upper ? (0x34, [lower]) : (0x30, [lower, upper])
      }
    bytes.append(code)
    for value in values {
      if !isBinary { bytes.append(0x20) }
      real(value)
    }
    if !isBinary { bytes.append(10) }
  }

  private mutating func integer(_ value: Int) {
    if isBinary {
      withUnsafeBytes(of: Int32(truncatingIfNeeded: value).littleEndian) { bytes.append(contentsOf: $0) }
    } else {
      bytes.append(contentsOf: String(value).utf8)
    }
  }

  private mutating func real(_ value: Double) {
    if isBinary {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    } else {
      bytes.append(contentsOf: TextBuffer.shortest(value).utf8)
    }
  }
}
