// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A moment in microseconds since 1970, in coordinated universal time, written as `2026-11-22T05:10:10.000000+00:00`.
///
/// Clocks jump; nothing is decided by timestamps, they are only shown.
public struct Timestamp: Sendable, Hashable, Comparable {
  public var microseconds: Int

  public init(microseconds: Int) { self.microseconds = microseconds }

  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int(time.tv_sec) * 1_000_000 + Int(time.tv_nsec) / 1000)
  }

  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

  /// Seconds from another moment to this one.
  public func seconds(since other: Timestamp) -> Double { 1e-6 * Double(microseconds - other.microseconds) }

  /// ISO 8601 with six decimals, as Python's `datetime.isoformat` writes it. Writes 32 bytes.
  func write(to bytes: inout [UInt8]) {
    let (days, rest) = (Self.floored(microseconds, 86_400_000_000))
    let date = Self.civil(day: days)
    func digits(_ value: Int, _ count: Int) {
      var divisor = 1
      for _ in 1..<count { divisor *= 10 }
      while divisor > 0 {
        bytes.append(48 + UInt8(truncatingIfNeeded: value / divisor % 10))
        divisor /= 10
      }
    }
    digits(date.year, 4)
    bytes.append(UInt8(ascii: "-"))
    digits(date.month, 2)
    bytes.append(UInt8(ascii: "-"))
    digits(date.day, 2)
    bytes.append(UInt8(ascii: "T"))
    digits(rest / 3_600_000_000, 2)
    bytes.append(UInt8(ascii: ":"))
    digits(rest / 60_000_000 % 60, 2)
    bytes.append(UInt8(ascii: ":"))
    digits(rest / 1_000_000 % 60, 2)
    bytes.append(UInt8(ascii: "."))
    digits(rest % 1_000_000, 6)
    for byte in "+00:00".utf8 { bytes.append(byte) }
  }

  /// Reads what `isoformat` writes, with or without decimals and with or without an offset (then taken as universal).
  package init?(_ text: Slice<UnsafeBufferPointer<UInt8>>) {
    var reader = DigitReader(text: text)
    guard let year = reader.digits(4), reader.take(UInt8(ascii: "-")), let month = reader.digits(2),
      reader.take(UInt8(ascii: "-")), let day = reader.digits(2), reader.take(UInt8(ascii: "T")) || reader.take(32),
      let hour = reader.digits(2), reader.take(UInt8(ascii: ":")), let minute = reader.digits(2),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60
    else { return nil }
    var (second, fraction, offset) = (0, 0, 0)
    if reader.take(UInt8(ascii: ":")) {
      guard let found = reader.digits(2), found < 61 else { return nil }
      second = found
      if reader.take(UInt8(ascii: ".")) {
        guard let found = reader.fraction() else { return nil }
        fraction = found
      }
    }
    if reader.take(UInt8(ascii: "Z")) {
      offset = 0
    } else if let sign = reader.take(UInt8(ascii: "+")) ? 1 : reader.take(UInt8(ascii: "-")) ? -1 : nil {
      guard let hours = reader.digits(2), reader.take(UInt8(ascii: ":")), let minutes = reader.digits(2) else {
        return nil
      }
      offset = sign * (hours * 60 + minutes)
    }
    guard reader.isAtEnd else { return nil }
    let minutes = (Self.day(year: year, month: month, day: day) * 24 + hour) * 60 + minute - offset
    microseconds = (minutes * 60 + second) * 1_000_000 + fraction
  }

  private static func floored(_ a: Int, _ b: Int) -> (Int, Int) {
    let quotient = a >= 0 ? a / b : -((b - 1 - a) / b)
    return (quotient, a - quotient * b)
  }

  /// Days since 1970 of a date of the Gregorian calendar; years count from March, so that leap days come last.
  private static func day(year: Int, month: Int, day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floored(y, 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(day: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = floored(day + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let m = (5 * dayOfYear + 2) / 153
    let month = m < 10 ? m + 3 : m - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
  }

  private struct DigitReader {
    let text: Slice<UnsafeBufferPointer<UInt8>>
    var place: Int

    init(text: Slice<UnsafeBufferPointer<UInt8>>) {
      self.text = text
      place = text.startIndex
    }

    var isAtEnd: Bool { place == text.endIndex }

    mutating func take(_ byte: UInt8) -> Bool {
      guard place < text.endIndex, text[place] == byte else { return false }
      place += 1
      return true
    }

    mutating func digits(_ count: Int) -> Int? {
      guard text.endIndex - place >= count else { return nil }
      var value = 0
      for _ in 0..<count {
        guard case 48...57 = text[place] else { return nil }
        value = 10 * value + Int(text[place] - 48)
        place += 1
      }
      return value
    }

    /// Microseconds behind a point.
    mutating func fraction() -> Int? {
      var (value, count) = (0, 0)
      while place < text.endIndex, case 48...57 = text[place] {
        if count < 6 { value = 10 * value + Int(text[place] - 48) }
        count += 1
        place += 1
      }
      guard count > 0 else { return nil }
      for _ in 0..<max(0, 6 - count) { value *= 10 }
      return value
    }
  }
}

extension Timestamp: CustomStringConvertible {
  public var description: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
