// SPDX-License-Identifier: Apache-2.0

/// Numbers with their units as people write them: `$2.50`, `12,500 kg`, `$3 per kg`, `8 percent`.
enum NumberWording {
  /// Decimal digits without an exponent for numbers from 10⁻⁴ to 10¹⁵, with commas between groups of three where wanted.
  static func plain(_ value: Double, isGrouped: Bool = false) -> String {
    var text = "\(value)"
    if text.hasSuffix(".0") { text.removeLast(2) }
    guard isGrouped, abs(value) >= 1000, !text.contains("e") else { return text }
    let whole = text.prefix { $0 != "." }
    let digits = whole.drop { $0 == "-" }
    var grouped = ""
    for (k, digit) in digits.enumerated() {
      if k > 0, (digits.count - k) % 3 == 0 { grouped += "," }
      grouped.append(digit)
    }
    return (value < 0 ? "-" : "") + grouped + text.dropFirst(whole.count)
  }

  /// With its unit.
  static func quantity(_ value: Double, _ unit: String?, isGrouped: Bool = false) -> String {
    let number = plain(value, isGrouped: isGrouped)
    guard let unit, unit != "1" else { return number }
    guard unit.hasPrefix("$") else { return "\(number) \(self.unit(unit, isOne: value == 1))" }
    let decimals = number.drop { $0 != "." }.count
    let rest = self.unit(String(unit.dropFirst()), isOne: true)
    return "$\(number)\(decimals == 2 ? "0" : "")\(rest)"
  }

  /// `kg`, `$ per kg`, `days`
  static func unit(_ unit: String, isOne: Bool = false) -> String {
    let parts = unit.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let head = parts[0]
    let isWord = head.count > 3 && head != "percent" && head.last != "s"
    return ([isWord && !isOne ? head + "s" : head] + parts.dropFirst()).joined(separator: " per ")
  }
}
