// SPDX-License-Identifier: Apache-2.0

/// A piece of a line without the blanks around it, and the column where it begins.
struct SIFField: Hashable {
  var text = ""
  var column = 1

  var isEmpty: Bool { text.isEmpty }
}

/// A line of a SIF file that holds data: `code` stands in columns 2–3, names in 5–14, 15–24 and 40–49, numbers in 25–36
/// and 50–61.
struct SIFCard {
  var line: Int
  var code: SIFField
  /// Field 2.
  var first: SIFField
  /// Field 3.
  var second: SIFField
  /// Field 4.
  var firstNumber: SIFField
  /// Field 5.
  var third: SIFField
  /// Field 6.
  var secondNumber: SIFField
  /// True when field 4 left out decimals that stand behind its end.
  var isCut = false
}
