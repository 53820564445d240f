// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// log₁₀ x for positive x.
package func logarithm(_ x: Double) -> Double { log10(x) }

/// 10ˣ.
package func powerOfTen(_ x: Double) -> Double { pow(10, x) }
