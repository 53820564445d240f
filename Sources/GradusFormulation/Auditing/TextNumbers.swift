// SPDX-License-Identifier: Apache-2.0

/// The numbers that a text names, in every reading that `WordNumber` gives them; signs apart.
struct TextNumbers {
  /// Ascending.
  let values: [Double]

  init(_ text: String) { values = WordNumber.all(in: text).flatMap(\.readings).sorted() }

  /// Whether a number or its negative is named, up to 1e-9 of it.
  func holds(_ value: Double) -> Bool {
    let value = abs(value)
    let slack = 1e-9 * max(1, value)
    var low = 0, high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value - slack { low = middle + 1 } else { high = middle }
    }
    return low < values.count && values[low] <= value + slack
  }
}
