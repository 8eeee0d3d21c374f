#    Licensed under the Apache License, Version 2.0 (the "License"); you may
#    not use this file except in compliance with the License. You may obtain
#    a copy of the License at
#
#         http://www.apache.org/licenses/LICENSE-2.0
#
#    Unless required by applicable law or agreed to in writing, software
#    distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
#    WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
#    License for the specific language governing permissions and limitations
#    under the License.

"""nova's validators of the extra specs ``powervm:*``.

nova's API loads them through the entry point
``nova.api.extra_spec_validators``. As it then knows the prefix, it refuses all
other extra specs with it.
"""

from typing import Any

from nova.api.validation.extra_specs import base
from nova import exception

from nova_powervm.virt.powervm import extra_spec_values as kinds
from nova_powervm.virt.powervm import extra_specs


class Validator(base.ExtraSpecValidator):
    """Validates an extra spec as the driver will, with its message."""

    def validate(self, name: str, value: str) -> None:
        """Check a value.

        :raises nova.exception.ValidationError: if the extra spec is not
            supported, or the value is not valid.
        """
        try:
            extra_specs.parse(name, value)
        except ValueError as e:
            raise exception.ValidationError(
                'Validation failed; %s.' % e) from e


def register() -> list[Validator]:
    """Return the validators; nova calls this when its API starts."""
    return [
        *(Validator(name=spec.name, description=spec.meaning,
                    value=_value(spec.values))
          for spec in extra_specs.SUPPORTED.values()),
        # For a message that says why, in place of nova's own.
        *(Validator(name=name, description='Refused: %s.' % reason,
                    value={'type': str})
          for name, reason in extra_specs.REFUSED.items())]


def _value(values: kinds.Values) -> dict[str, Any]:
    """Describe values as nova does."""
    if isinstance(values, kinds.Integer):
        bounds = {'min': values.least, 'max': values.most}
        return {'type': int, 'description': values.form, **{
            bound: value for bound, value in bounds.items()
            if value is not None}}
    if isinstance(values, kinds.Boolean):
        return {'type': bool}
    if isinstance(values, kinds.Words):
        return {'type': str, 'enum': tuple(values.values)}
    return {'type': str, 'description': values.form}
