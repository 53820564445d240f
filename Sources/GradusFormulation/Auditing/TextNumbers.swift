// SPDX-License-Identifier: Apache-2.0

/// The numbers that a text names: digits with a point, separators of thousands, a sign or a percent sign.
struct TextNumbers {
  /// Ascending.
  let values: [Double]

  init(_ text: String) {
    var found: [Double] = []
    let bytes = Array(text.utf8)
    var k = 0
    func isDigit(_ i: Int) -> Bool { bytes.indices.contains(i) && 0x30...0x39 ~= bytes[i] }
    while k < bytes.count {
      guard isDigit(k) else {
        k += 1
        continue
      }
      let isNegative = k > 0 && bytes[k - 1] == UInt8(ascii: "-") && !isDigit(k - 2)
      var digits = ""
      var hasPoint = false
      while k < bytes.count {
        if isDigit(k) {
          digits.append(Character(UnicodeScalar(bytes[k])))
        } else if bytes[k] == UInt8(ascii: "."), !hasPoint, isDigit(k + 1) {
          hasPoint = true
          digits.append(".")
        } else if bytes[k] == UInt8(ascii: ","), !hasPoint, isDigit(k + 1), isDigit(k + 2), isDigit(k + 3),
          !isDigit(k + 4)
        {
          // A separator of thousands: it is left out.
        } else {
          break
        }
        k += 1
      }
      guard let value = Double(digits) else { continue }
      found.append(isNegative ? -value : value)
      if k < bytes.count, bytes[k] == UInt8(ascii: "%") { found.append(value / 100) }
    }
    values = found.sorted()
  }

  /// Whether a number is named, up to 1e-9 of it.
  func holds(_ value: Double) -> Bool {
    let slack = 1e-9 * max(1, abs(value))
    var low = 0, high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value - slack { low = middle + 1 } else { high = middle }
    }
    return low < values.count && values[low] <= value + slack
  }
}
