// SPDX-License-Identifier: Apache-2.0

/// What a suite saw that must not be, law by law.
struct Observations {
  let subject: String
  private(set) var violations: [Violation] = []

  init(_ subject: String) { self.subject = subject }

  mutating func expect(_ holds: Bool, _ law: String, _ detail: @autoclosure () throws -> String) rethrows {
    if !holds { violations.append(Violation(law: law, method: subject, detail: try detail())) }
  }
}
