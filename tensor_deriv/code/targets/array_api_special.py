"""Elementwise functions that the array API lacks, of its operations alone.

To 1e-14 and better in float64: relative to the value, and near the zeros of digamma and of sinc, and left of 0, relative to the largest
of the terms that cancel there.
"""

from __future__ import annotations

SPECIAL = {
    "quotient": """
def {quotient}(x, above, below):  # of two polynomials, the highest coefficient first
    p, q = above[0], below[0]
    for a, b in zip(above[1:], below[1:]):
        p, q = p*x + a, q*x + b
    return p/q
""",
    "erf_near": """
def {erf_near}(x):  # erf where |x| < 0.46875, 0 elsewhere (Cody, Rational Chebyshev approximations for the error function, 1969)
    xp = {array_api_compat}.array_namespace(x)
    x = xp.where(xp.abs(x) < 0.46875, x, xp.zeros_like(x))
    above = (0.185777706184603153, 3.1611237438705656, 113.864154151050156, 377.485237685302021, 3209.37758913846947)
    below = (1.0, 23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062)
    return x*{quotient}(x*x, above, below)
""",
    "erfc_far": """
def {erfc_far}(y):  # erfc where y >= 0.46875, by Cody's approximations up to 4 and above
    xp = {array_api_compat}.array_namespace(y)
    one = xp.ones_like(y)
    y = xp.where(y > 30, 30*one, y)  # erfc(30) is 0
    middle, high = xp.where(y > 4, 4*one, y), xp.where(y > 4, y, 4*one)
    z = high**-2
    above = (2.15311535474403846e-8, 0.564188496988670089, 8.88314979438837594, 66.1191906371416295, 298.635138197400131,
             881.95222124176909, 1712.04761263407058, 2051.07837782607147, 1230.33935479799725)
    below = (1.0, 15.7449261107098347, 117.693950891312499, 537.181101862009858, 1621.38957456669019, 3290.79923573345963,
             4362.61909014324716, 3439.36767414372164, 1230.33935480374942)
    inner = {quotient}(middle, above, below)
    above = (0.0163153871373020978, 0.305326634961232344, 0.360344899949804439, 0.125781726111229246, 0.0160837851487422766,
             0.000658749161529837803)
    below = (1.0, 2.56852019228982242, 1.87295284992346725, 0.527905102951428412, 0.0605183413124413191, 0.00233520497626869185)
    outer = (0.56418958354775628695 - z*{quotient}(z, above, below))/high
    cut = xp.trunc(16*y)/16  # exp(-y**2) to every digit
    return xp.exp(-cut*cut)*xp.exp((cut - y)*(cut + y))*xp.where(y <= 4, inner, outer)
""",
    "erf": """
def {erf}(x):
    xp = {array_api_compat}.array_namespace(x)
    size = xp.abs(x)
    return xp.where(size < 0.46875, {erf_near}(x), xp.sign(x)*(1 - {erfc_far}(size)))
""",
    "erfc": """
def {erfc}(x):
    xp = {array_api_compat}.array_namespace(x)
    far = {erfc_far}(xp.abs(x))
    return xp.where(xp.abs(x) < 0.46875, 1 - {erf_near}(x), xp.where(x > 0, far, 2 - far))
""",
    "gammaln_series": """
def {gammaln_series}(y):  # log Gamma where 0.5 <= y < 10: y Gamma(y) = Gamma(y + 1), to the Taylor series at 2
    xp = {array_api_compat}.array_namespace(y)
    zeta = (0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993, 0.01734306198444914,
            0.008349277381922827, 0.00407735619794434, 0.0020083928260822143, 0.0009945751278180853, 0.0004941886041194645,
            0.0002460865533080483, 0.00012271334757848915, 6.124813505870483e-05, 3.058823630702049e-05, 1.528225940865187e-05,
            7.637197637899763e-06, 3.81729326499984e-06, 1.908212716553939e-06, 9.539620338727962e-07, 4.769329867878064e-07,
            2.38450502727733e-07, 1.1921992596531106e-07, 5.960818905125948e-08, 2.980350351465228e-08, 1.4901554828365043e-08)
    product = xp.ones_like(y)
    for _ in range(8):
        above = y > 2.5
        y = xp.where(above, y - 1, y)
        product = xp.where(above, product*y, product)
    below = xp.where(y < 1.5, y, xp.ones_like(y))
    z, series = xp.where(y < 1.5, y - 1, y - 2), 0.0
    for k in range(len(zeta) + 1, 1, -1):  # zeta(k) - 1
        series = zeta[k - 2]/k - z*series
    return z*(0.42278433509846713 + z*series) - xp.log(below) + xp.log(product)
""",
    "gammaln": """
def {gammaln}(x):  # log |Gamma(x)|; Abramowitz and Stegun, 6.1.17, 6.1.33 and 6.1.41
    xp = {array_api_compat}.array_namespace(x)
    left, one = x < 0.5, xp.ones_like(x)
    y = xp.where(left, 1 + xp.abs(x), x)
    far = xp.where(y < 10, 10*one, y)
    z = far**-2
    series = (1/12 - z*(1/360 - z*(1/1260 - z*(1/1680 - z*(1/1188 - z*(691/360360 - z/156))))))/far
    stirling = (far - 0.5)*(xp.log(far) - 1) + {math}.log(2*{math}.pi)/2 - 0.5 + series
    value = xp.where(y < 10, {gammaln_series}(xp.where(y < 10, y, one)), stirling)
    pole = (x <= 0) & (x == xp.floor(x))
    x = xp.where(left & (x != xp.floor(x)), x, 0.25*one)
    off = x - xp.round(x)
    sinc = xp.sin({math}.pi*off)/({math}.pi*off)
    mirrored = -xp.log(xp.abs(off)) - xp.log(xp.abs(sinc)) - value
    value = xp.where(left, xp.where(x > 0, value - xp.log(xp.abs(x)), mirrored), value)
    return xp.where(pole, {math}.inf*one, value)
""",
    "digamma": """
def {digamma}(x):  # Abramowitz and Stegun, 6.3.5, 6.3.7 and 6.3.18
    xp = {array_api_compat}.array_namespace(x)
    left = x < 0.5
    y, total = xp.where(left, 1 - x, x), xp.zeros_like(x)
    for _ in range(10):
        near = xp.astype(y < 10, x.dtype)
        y, total = y + near, total - near/y
    z = y**-2
    series = z*(1/12 - z*(1/120 - z*(1/252 - z*(1/240 - z*(1/132 - z*(691/32760 - z/12))))))
    total = total + xp.log(y) - 0.5/y - series
    x = xp.where(left, x, xp.full_like(x, 0.25))
    return xp.where(left, total - {math}.pi/xp.tan({math}.pi*(x - xp.round(x))), total)
""",
    "trigamma": """
def {trigamma}(x):  # Abramowitz and Stegun, 6.4.6, 6.4.7 and 6.4.12
    xp = {array_api_compat}.array_namespace(x)
    left = x < 0.5
    y, total = xp.where(left, 1 - x, x), xp.zeros_like(x)
    for _ in range(10):
        near = xp.astype(y < 10, x.dtype)
        y, total = y + near, total + near/y**2
    z = y**-2
    series = z/y*(1/6 - z*(1/30 - z*(1/42 - z*(1/30 - z*(5/66 - z*(691/2730 - z*7/6))))))
    total = total + 1/y + z/2 + series
    x = xp.where(left, x, xp.full_like(x, 0.25))
    return xp.where(left, ({math}.pi/xp.sin({math}.pi*(x - xp.round(x))))**2 - total, total)
""",
    "sinc": """
def {sinc}(x):
    xp = {array_api_compat}.array_namespace(x)
    t = {math}.pi*xp.where(x == 0, xp.full_like(x, 1e-20), x)
    return xp.sin(t)/t
""",
    "dsinc": """
def {dsinc}(x):  # the derivative of sinc, by its series near 0
    xp = {array_api_compat}.array_namespace(x)
    t = {math}.pi*x
    near = xp.abs(t) < 1
    far, z = xp.where(near, xp.ones_like(t), t), xp.where(near, t, xp.zeros_like(t))**2
    series = -1/3 + z/30 - z**2/840 + z**3/45360 - z**4/3991680 + z**5/518918400.0 - z**6/93405312000.0 + z**7/22230464256000.0
    return {math}.pi*xp.where(near, t*series, (xp.cos(far) - xp.sin(far)/far)/far)
""",
    "softplus": """
def {softplus}(x):
    xp = {array_api_compat}.array_namespace(x)
    return xp.logaddexp(x, xp.zeros_like(x))
""",
    "relu": """
def {relu}(x):
    xp = {array_api_compat}.array_namespace(x)
    return xp.maximum(x, xp.zeros_like(x))
""",
    "hardtanh": """
def {hardtanh}(x):
    xp = {array_api_compat}.array_namespace(x)
    return xp.where(xp.abs(x) > 1, xp.sign(x), x)
""",
    "softsign": """
def {softsign}(x):
    return x/(1 + abs(x))
""",
    "mish": """
def {mish}(x):
    xp = {array_api_compat}.array_namespace(x)
    return x*xp.tanh({softplus}(x))
""",
    "elu": """
def {elu}(x, alpha):
    xp = {array_api_compat}.array_namespace(x)
    return xp.where(x > 0, x, alpha*xp.expm1(xp.minimum(x, xp.zeros_like(x))))
""",
    "selu": """
def {selu}(x):
    xp = {array_api_compat}.array_namespace(x)
    return 1.0507009873554805*xp.where(x > 0, x, 1.6732632423543772*xp.expm1(xp.minimum(x, xp.zeros_like(x))))
""",
    "leaky_relu": """
def {leaky_relu}(x, slope):
    xp = {array_api_compat}.array_namespace(x)
    return xp.where(x > 0, x, slope*x)
""",
    "sigmoid": """
def {sigmoid}(x):
    xp = {array_api_compat}.array_namespace(x)
    e = xp.exp(-xp.abs(x))
    return xp.where(x >= 0, xp.ones_like(e), e)/(1 + e)
""",
    "gelu": """
def {gelu}(x):
    return x*{erfc}(x/-{math}.sqrt(2))/2
""",
    "silu": """
def {silu}(x):
    return x*{sigmoid}(x)
""",
    "sech": """
def {sech}(x):
    xp = {array_api_compat}.array_namespace(x)
    e = xp.exp(-xp.abs(x))
    return 2*e/(1 + e*e)
""",
    "sech2": """
def {sech2}(x):  # 1 - tanh(x)**2
    xp = {array_api_compat}.array_namespace(x)
    e = xp.exp(-2*xp.abs(x))
    return 4*e/(1 + e)**2
""",
    "logcosh": """
def {logcosh}(x):
    xp = {array_api_compat}.array_namespace(x)
    far = xp.abs(x)
    near = xp.where(far < 1, x, xp.zeros_like(x))
    return xp.where(far < 1, xp.log1p(2*xp.sinh(near/2)**2), far + xp.log1p(xp.exp(-2*far)) - {math}.log(2))
""",
}
