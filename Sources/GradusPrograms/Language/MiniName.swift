// SPDX-License-Identifier: Apache-2.0

/// Names that come from outside, as names of the language.
public enum MiniName {
  /// The nearest name that a function or variable may have: ASCII letters, digits and `_`; what the language uses itself gets a `_`.
  public static func from(_ text: String) -> String {
    var name = ""
    for c in text.unicodeScalars {
      let isDigit = c >= "0" && c <= "9"
      if isDigit, name.isEmpty { name = "_" }
      let isLetter = (c >= "a" && c <= "z") || (c >= "A" && c <= "Z")
      name.unicodeScalars.append(isDigit || isLetter ? c : "_")
    }
    if name.isEmpty { name = "_" }
    let isTaken = MiniParser.reserved.contains(name) || MiniBuiltin(rawValue: name) != nil
    return isTaken ? name + "_" : name
  }
}
