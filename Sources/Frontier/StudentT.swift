internal import Foundation

/// Student's t distribution with a whole number of degrees of freedom.
package enum StudentT {
    /// The t that |T| stays below with probability `confidence`: 4.303 for 0.95 and 2 degrees of freedom.
    ///
    /// - Parameters:
    ///   - confidence: strictly between 0 and 1.
    ///   - degrees: 1 or more.
    package static func quantile(twoSided confidence: Double, degrees: Int) -> Double {
        var (low, high) = (0.0, Double.pi / 2)
        // The probability rises with the angle; each halving gains a bit, and there are 53 of them.
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if probability(within: middle, degrees: degrees) < confidence {
                low = middle
            } else {
                high = middle
            }
        }
        return Double(degrees).squareRoot() * tan((low + high) / 2)
    }

    /// P(|T| <= t) where t = sqrt(degrees) tan(angle): the finite series of Abramowitz and Stegun 1964, 26.7.3 and 26.7.4.
    private static func probability(within angle: Double, degrees: Int) -> Double {
        let (sine, cosine) = (sin(angle), cos(angle))
        let isOdd = !degrees.isMultiple(of: 2)
        var term = isOdd ? cosine : 1
        var sum = degrees == 1 ? 0 : term
        var k = isOdd ? 3 : 2
        while k <= degrees - 2 {
            term *= Double(k - 1) / Double(k) * cosine * cosine
            sum += term
            k += 2
        }
        return isOdd ? 2 / .pi * (angle + sine * sum) : sine * sum
    }
}
