// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// What a number of the command line may be. An option that was not given is in range.
enum OptionRange {
  static func atLeastOne(_ options: (name: String, value: Int?)...) throws(ValidationError) {
    for (name, value) in options {
      if let value, value < 1 { throw ValidationError("\(name) must be at least 1") }
    }
  }

  static func whole(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws(ValidationError) {
    if let value, !range.contains(value) {
      throw ValidationError("\(name) must be from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  static func seconds(_ name: String, _ value: Double?) throws(ValidationError) {
    if let value, !(value >= 0 && value < 1e9) {
      throw ValidationError("\(name) must be a number of seconds from 0 to 1e9")
    }
  }

  static func positiveSeconds(_ name: String, _ value: Double?) throws(ValidationError) {
    if let value, !(value > 0 && value < 1e9) {
      throw ValidationError("\(name) must be a number of seconds above 0 and below 1e9")
    }
  }
}
